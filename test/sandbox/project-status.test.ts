import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { spreadRenderMs, statusAt } from '../../src/sandbox/project-status.ts'

const complete = { status: 'complete' } as const

test.each([
  [0, null, 'queued'],
  [2_999, complete, 'queued'],
  [3_000, null, 'rendering'],
  [9_999, complete, 'rendering'],
  [10_000, complete, 'complete'],
  [10_000, null, 'rendering'],
  [10_000, { status: 'canceled' }, 'canceled'],
  [10_000, { status: 'error', code: 'unknown_error', message: '' }, 'error'],
] as const)('%i ms into a render of 10 s whose work came to %j, the status is %s', (elapsedMs, outcome, status) => {
  expect(statusAt({ createdAtMs: 1_000, queuedMs: 3_000, renderMs: 10_000, outcome }, 1_000 + elapsedMs)).toBe(status)
})

test('a render takes between 75 and 125 % of the median', () => {
  assert(
    property(integer({ min: 1, max: 1_000_000 }), (ordinal) => {
      const renderMs = spreadRenderMs(4_000, ordinal)
      expect(renderMs).toBeGreaterThanOrEqual(3_000)
      expect(renderMs).toBeLessThanOrEqual(5_000)
    }),
  )
})

test('half of the renders take less than the median', () => {
  const times = Array.from({ length: 1_000 }, (_, index) => spreadRenderMs(4_000, index + 1))
  const quick = times.filter((time) => time < 4_000).length
  expect(quick).toBeGreaterThan(490)
  expect(quick).toBeLessThan(510)
})
