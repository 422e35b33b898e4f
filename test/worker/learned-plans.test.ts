import { describe, expect, test } from 'vitest'
import { LedgerUnavailable } from '../../src/domain/errors.ts'
import type { NewsSource, SeenRender } from '../../src/domain/ledger.ts'
import { createLearnedPlans } from '../../src/worker/learned-plans.ts'

const seen = (saidBy: NewsSource, count: number, byMs = 4_000): SeenRender[] =>
  Array.from({ length: count }, () => ({ afterMs: saidBy === 'EVENT' ? byMs : byMs / 2, byMs, saidBy }))

/** Plans that have learned from these, the newest first. */
const learned = async (...renders: readonly (readonly SeenRender[])[]) => {
  const limits: number[] = []
  const seenRenders = async (limit: number): Promise<SeenRender[]> => {
    limits.push(limit)
    return renders.flat()
  }
  const plans = createLearnedPlans({ ledger: { seenRenders }, medianMs: 4_000 })
  await plans.learn()
  return { ...plans.current(), limits }
}

describe('events', () => {
  test('are not counted on before one has come, whatever is configured', async () => {
    const plans = createLearnedPlans({ ledger: { seenRenders: () => Promise.resolve([]) }, medianMs: 4_000 })
    expect(plans.current().areEventsComing).toBe(false)
    expect((await learned()).areEventsComing).toBe(false)
    expect((await learned(seen('LOOKUP', 10))).areEventsComing).toBe(false)
  })

  test.for([
    ['the first has come', [seen('EVENT', 1)], true],
    ['half of the newest ten were told by one', [seen('LOOKUP', 5), seen('EVENT', 5)], true],
    ['most of the newest ten were found out by a look-up', [seen('LOOKUP', 6), seen('EVENT', 90)], false],
    ['a hundred look-ups are older than ten events', [seen('EVENT', 10), seen('LOOKUP', 90)], true],
    ['one of two was told by one', [seen('LOOKUP', 1), seen('EVENT', 1)], true],
    ['one of three was told by one', [seen('LOOKUP', 2), seen('EVENT', 1)], false],
  ] as const)('are counted on, or not, when %s', async ([, renders, areComing]) => {
    expect((await learned(...renders)).areEventsComing).toBe(areComing)
  })
})

describe('the plans', () => {
  test('begin with the median that is given', () => {
    const plansFor = (medianMs: number) =>
      createLearnedPlans({ ledger: { seenRenders: () => Promise.resolve([]) }, medianMs }).current()
    const [quick, slow] = [plansFor(40), plansFor(4_000)]
    expect(slow.watched.agesMs.map((age) => Math.round(age / 100))).toEqual(quick.watched.agesMs.map(Math.round))
  })

  test('follow the render times that were seen', async () => {
    const [first = 0] = (await learned()).watched.agesMs
    const [slower = 0] = (await learned(seen('EVENT', 100, 40_000))).watched.agesMs
    expect(slower).toBeGreaterThan(4 * first)
  })

  test('ask less often of whom nobody waits for, and least where events are coming', async () => {
    const { watched, unwatched, eventful, limits } = await learned(seen('EVENT', 100))
    expect(watched.agesMs.length).toBeGreaterThan(unwatched.agesMs.length)
    expect(eventful.agesMs).toHaveLength(1)
    expect(limits).toEqual([100])
  })

  test('stay as they are when the ledger cannot be read', async () => {
    const failing = { seenRenders: () => Promise.reject(new LedgerUnavailable()) }
    const plans = createLearnedPlans({ ledger: failing, medianMs: 4_000 })
    const before = plans.current()
    await expect(plans.learn()).rejects.toBeInstanceOf(LedgerUnavailable)
    expect(plans.current()).toBe(before)
  })
})
