import { describe, expect, test } from 'vitest'
import { compare, overOptimum } from '../../bench/simulation/compare.ts'
import { truths } from '../../bench/simulation/scenarios.ts'

const usual = compare({ truth: truths.usual, jobs: 3_000, seed: 1 })

describe('looking jobs up, simulated', () => {
  test('costs what is known of the owner’s client', () => {
    expect(usual.owner.gets).toBeCloseTo(10.1, 0)
    expect(usual.owner.medianRelative).toBeCloseTo(0.055, 2)
  })

  test('costs what is known of the owner’s guide', () => {
    expect(usual.guide.gets).toBeCloseTo(1.9, 1)
    expect(usual.guide.medianRelative).toBeCloseTo(0.54, 1)
  })

  test('takes four GETs a job at a delay of about an eighth of the render time', () => {
    expect(usual.ours.gets).toBeCloseTo(4, 0)
    expect(usual.ours.medianRelative).toBeCloseTo(0.13, 1)
  })

  test('is within a tenth of the best there can be at as many GETs', () => {
    expect(overOptimum(usual)).toBeLessThan(1.1)
  })

  test('is within a tenth of it also after Magic Hour became twice as slow', () => {
    const slower = compare({ truth: truths.slower, jobs: 3_000, seed: 2 }, usual.seen)
    expect(overOptimum(slower)).toBeLessThan(1.1)
    expect(slower.ours.gets).toBeLessThan(4.5)
  })

  test('never beats somebody who knows the distribution', () => {
    expect(overOptimum(usual)).toBeGreaterThan(0.98)
  })

  test('takes next to no GETs with webhooks, and a tenth of a second', () => {
    expect(usual.withWebhooks.gets).toBeLessThan(0.05)
    expect(usual.withWebhooks.meanMs).toBeLessThan(150)
    expect(usual.withWebhooks.medianMs).toBe(50)
  })

  test('gives the same figures each time', () => {
    const run = { truth: truths.usual, jobs: 200, seed: 7 }
    expect(compare(run)).toEqual(compare(run))
  })
})
