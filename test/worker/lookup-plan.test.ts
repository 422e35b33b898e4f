import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LookupPlan, nextLookupAgeMs, planLookups } from '../../src/worker/lookup-plan.ts'
import { learnRenderTimes, priorRenderTimes } from '../../src/worker/render-times.ts'

const prior = priorRenderTimes(4_000)
const hourMs = 3_600_000
const attentions = ['watched', 'unwatched', 'eventful'] as const

/** The ages at which a job that does not end is looked up, each exactly when it is due. */
const lookups = (plan: LookupPlan, count: number): number[] => {
  const ages: number[] = []
  for (let index = 0; index < count; index += 1) ages.push(nextLookupAgeMs(plan, ages.at(-1) ?? 0))
  return ages
}

const gapsOf = (ages: readonly number[]): number[] => ages.map((age, index) => age - (ages[index - 1] ?? 0))

describe('the plan', () => {
  test('waits until the first jobs are done, and asks most often when most of them end', () => {
    const [first, ...rest] = planLookups(prior, 'watched').agesMs
    expect(first).toBeGreaterThan(1_500)
    expect(first).toBeLessThan(2_500)
    expect(rest.filter((age) => age < 8_000)).toHaveLength(5)
  })

  test('asks for a job that nobody waits for less often', () => {
    expect(planLookups(prior, 'unwatched').agesMs.filter((age) => age < 20_000)).toHaveLength(4)
  })

  test('leaves a job to its event until nearly every job would be done', () => {
    const [first] = planLookups(prior, 'eventful').agesMs
    expect(first).toBeGreaterThan(15_000)
    expect(first).toBeLessThan(25_000)
  })

  test('is in proportion to the median, so that tests with a fast stand-in are fast', () => {
    const fast = planLookups(priorRenderTimes(20), 'watched').agesMs
    const slow = planLookups(prior, 'watched').agesMs
    expect(fast).toHaveLength(slow.length)
    fast.forEach((age, index) => expect(age * 200).toBeCloseTo(slow[index] ?? 0, 6))
  })

  test('still asks within minutes when a job sits in the queue', () => {
    const gaps = gapsOf(planLookups(prior, 'watched').agesMs.filter((age) => age < 300_000))
    expect(Math.max(...gaps)).toBeLessThan(60_000)
  })

  test('rises and begins with no burst, whatever was learned', () => {
    const anything = fc.record({
      medianMs: fc.double({ min: 0.01, max: 1e7, noNaN: true }),
      sigma: fc.double({ min: 0.15, max: 1.2, noNaN: true }),
      attention: fc.constantFrom(...attentions),
    })
    fc.assert(
      fc.property(anything, ({ medianMs, sigma, attention }) => {
        const { agesMs } = planLookups({ medianMs, sigma }, attention)
        return agesMs.length > 0 && gapsOf(agesMs).every((gap) => gap > medianMs / 20)
      }),
    )
  })

  test('begins with no burst after a hundred renders of 0 ms, although a slow job may follow', () => {
    const instant = Array.from({ length: 100 }, () => ({ afterMs: 0, byMs: 0 }))
    const ages = lookups(planLookups(learnRenderTimes(prior, instant), 'watched'), 30).filter((age) => age < 60_000)
    expect(Math.min(...gapsOf(ages))).toBeGreaterThan(50)
    expect(ages.filter((age) => age < 1_000).length).toBeLessThan(10)
    expect(ages.length).toBeLessThan(25)
  })

  test('is made in less time than anybody would notice', () => {
    planLookups(prior, 'watched')
    const start = performance.now()
    for (let round = 0; round < 20; round += 1) planLookups({ medianMs: 4_000, sigma: 0.5 + round / 100 }, 'watched')
    expect((performance.now() - start) / 20).toBeLessThan(20)
  })
})

describe('the next look-up', () => {
  test('is the next of the plan', () => {
    const { agesMs } = planLookups(prior, 'watched')
    expect(lookups({ agesMs }, agesMs.length)).toEqual(agesMs)
  })

  test('comes half as long again after each, when the plan is over, and at last every ten minutes', () => {
    const gaps = gapsOf(lookups({ agesMs: [10_000, 20_000] }, 20))
    expect(gaps.slice(0, 4)).toEqual([10_000, 10_000, 15_000, 22_500])
    expect(Math.max(...gaps)).toBe(600_000)
    expect(gaps.at(-1)).toBe(600_000)
  })

  test('of a job older than a day comes an hour later', () => {
    const plan = planLookups(prior, 'watched')
    expect(nextLookupAgeMs(plan, 30 * hourMs)).toBe(31 * hourMs)
  })

  test('after a late one is the next that is not too close, not one for each age that was missed', () => {
    const plan = { agesMs: [2_000, 3_000, 4_000, 5_000] }
    expect(nextLookupAgeMs(plan, 4_400)).toBe(5_000)
    expect(nextLookupAgeMs(plan, 3_600)).toBe(5_000)
    expect(nextLookupAgeMs(plan, 6_400)).toBe(8_750)
  })

  test('after one that was moved forward by the jitter is not the same one again', () => {
    const plan = { agesMs: [2_000, 3_000, 4_000] }
    expect(nextLookupAgeMs(plan, 1_800)).toBe(3_000)
    expect(nextLookupAgeMs(plan, 2_900)).toBe(4_000)
  })

  test('is overdue at most once, however long the worker was held up', () => {
    const plan = planLookups(prior, 'watched')
    const heldUpUntilMs = 25_000
    expect(nextLookupAgeMs(plan, 0)).toBeLessThan(heldUpUntilMs)
    expect(nextLookupAgeMs(plan, heldUpUntilMs)).toBeGreaterThan(heldUpUntilMs + 1_000)
  })

  test('is always later than the last, by a part of the time that is usual at that age', () => {
    const anything = fc.record({
      sigma: fc.double({ min: 0.15, max: 1.2, noNaN: true }),
      attention: fc.constantFrom(...attentions),
      lastAgeMs: fc.double({ min: 0, max: 1e10, noNaN: true }),
    })
    fc.assert(
      fc.property(anything, ({ sigma, attention, lastAgeMs }) => {
        const waitMs = nextLookupAgeMs(planLookups({ medianMs: 4_000, sigma }, attention), lastAgeMs) - lastAgeMs
        return waitMs > 100 && waitMs <= hourMs
      }),
    )
  })
})
