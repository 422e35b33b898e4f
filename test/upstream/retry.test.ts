import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryAfterMs } from '../../src/upstream/retry-after.ts'
import { retryDelayMs, verdictOn } from '../../src/upstream/retry.ts'

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1)
  test.for([
    ['0', 0],
    ['120', 120_000],
    [' 3 ', 3_000],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Thursday, 01-Jan-26 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['-1', null],
    ['1.5', null],
    ['soon', null],
    ['2026', 2_026_000],
    ['', null],
    [undefined, null],
  ] as const)('of «%s» means %s ms', ([header, expected]) => {
    expect(retryAfterMs(header, now)).toBe(expected)
  })
})

describe('the back-off', () => {
  test('doubles from half a second, with jitter around it', () => {
    expect([1, 2, 3, 4].map((attempt) => retryDelayMs(attempt, null, 0.5))).toEqual([500, 1_000, 2_000, 4_000])
  })

  test('is what the server asked for, exactly', () => {
    expect(retryDelayMs(5, 1_234, 0.9)).toBe(1_234)
  })

  test('stays within its bounds, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const delay = retryDelayMs(attempt, null, random)
          return delay >= 250 && delay <= 30_000
        },
      ),
    )
  })
})

describe('the resend rules', () => {
  test('never send a create again after a status that the vendor does not name as harmless', () => {
    const harmless = new Set([429, 502])
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 999 }), (status) => {
        fc.pre(!harmless.has(status))
        return verdictOn('charged', { kind: 'status', status, hasRetryAfter: false }) !== 'resend'
      }),
    )
  })
})
