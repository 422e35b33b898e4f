import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { learnRenderTimes, priorRenderTimes, type SeenRender } from '../../src/worker/render-times.ts'

const prior = priorRenderTimes(4_000)

/** Times in the exact proportions of a log-normal with sigma 0.6: its quantiles, by the logistic approximation. */
const rendersAround = (medianMs: number, count = 100): number[] =>
  Array.from({ length: count }, (_, index) => {
    const below = (index + 0.5) / count
    return medianMs * Math.exp((0.6 / 1.702) * Math.log(below / (1 - below)))
  })

const byEvent = (renderMs: number): SeenRender => ({ afterMs: renderMs, byMs: renderMs })

const byLookupEvery =
  (intervalMs: number) =>
  (renderMs: number): SeenRender => {
    const byMs = Math.ceil(renderMs / intervalMs) * intervalMs
    return { afterMs: byMs - intervalMs, byMs }
  }

const many = (count: number, render: SeenRender): SeenRender[] => Array.from({ length: count }, () => render)

describe('the render times', () => {
  test('are the prior as long as no job was seen', () => {
    const { medianMs, sigma } = learnRenderTimes(prior, [])
    expect(medianMs).toBeCloseTo(4_000, 6)
    expect(sigma).toBeCloseTo(0.6, 6)
  })

  test('hardly move for one job', () => {
    const { medianMs } = learnRenderTimes(prior, [byEvent(8_000)])
    expect(medianMs).toBeGreaterThan(4_000)
    expect(medianMs).toBeLessThan(5_000)
  })

  test('follow a service that became twice as slow', () => {
    const { medianMs, sigma } = learnRenderTimes(prior, rendersAround(8_000).map(byEvent))
    expect(Math.abs(medianMs / 8_000 - 1)).toBeLessThan(0.1)
    expect(sigma).toBeCloseTo(0.6, 1)
  })

  test('do not count the wait for the next look-up as render time', () => {
    const { medianMs, sigma } = learnRenderTimes(prior, rendersAround(4_000).map(byLookupEvery(3_000)))
    expect(medianMs / 4_000).toBeCloseTo(1, 1)
    expect(sigma).toBeCloseTo(0.6, 1)
  })

  test('fall although no look-up was early enough to see a job unfinished', () => {
    expect(learnRenderTimes(prior, many(100, { afterMs: 0, byMs: 2_000 })).medianMs).toBeLessThan(2_000)
  })

  test('stay where they were after an outage, when all jobs are seen final an hour later', () => {
    const { medianMs, sigma } = learnRenderTimes(prior, many(100, { afterMs: 0, byMs: 3_600_000 }))
    expect(medianMs / 4_000).toBeCloseTo(1, 2)
    expect(sigma).toBeCloseTo(0.6, 2)
  })

  test('are not moved by a few jobs that sat in the queue', () => {
    const seen = [...rendersAround(4_000, 85), ...rendersAround(60_000, 15)].map(byEvent)
    const { medianMs, sigma } = learnRenderTimes(prior, seen)
    expect(medianMs / 4_000).toBeCloseTo(1, 1)
    expect(sigma).toBeLessThan(0.75)
  })

  test('do not depend on the order in which the jobs came', () => {
    const seen = rendersAround(6_000).map(byLookupEvery(1_000))
    const [one, other] = [learnRenderTimes(prior, seen), learnRenderTimes(prior, seen.toReversed())]
    expect(one.medianMs).toBeCloseTo(other.medianMs, 6)
  })

  test('are in proportion, so that a fast stand-in is learned like Magic Hour', () => {
    const slow = learnRenderTimes(prior, rendersAround(8_000).map(byEvent))
    const fast = learnRenderTimes(priorRenderTimes(20), rendersAround(40).map(byEvent))
    expect(fast.medianMs * 200).toBeCloseTo(slow.medianMs, 3)
    expect(fast.sigma).toBeCloseTo(slow.sigma, 6)
  })

  test('pass over jobs that two clocks make impossible', () => {
    const impossible = [
      { afterMs: 5, byMs: 1 },
      { afterMs: -5, byMs: 1 },
      { afterMs: 0, byMs: -3 },
      { afterMs: 0, byMs: Infinity },
      { afterMs: Number.NaN, byMs: 1 },
    ]
    expect(learnRenderTimes(prior, impossible)).toEqual(learnRenderTimes(prior, []))
  })

  test('stay within sane bounds, whatever was seen', () => {
    const anyRender = fc
      .tuple(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.double({ min: 0, max: 1e12, noNaN: true }))
      .map(([one, other]) => ({ afterMs: Math.min(one, other), byMs: Math.max(one, other) }))
    const likely = fc.double({ min: 0, max: 20_000, noNaN: true }).map(byEvent)
    fc.assert(
      fc.property(fc.array(fc.oneof(anyRender, likely), { maxLength: 100 }), (seen) => {
        const { medianMs, sigma } = learnRenderTimes(prior, seen)
        return medianMs >= 400 && medianMs <= 400_000 && sigma >= 0.15 && sigma <= 1.2
      }),
    )
  })
})
