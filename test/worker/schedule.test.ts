import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { type LookupPlans, createSchedule } from '../../src/worker/schedule.ts'
import { aJob } from '../support/builders.ts'

const made = aJob().createdAt.getTime()
const at = (ms: number): Date => new Date(made + ms)
const hour = 3_600_000
const day = 24 * hour

const dueInMs = (job: Job, isWatched: boolean, plans: Partial<LookupPlans> = {}): number | null => {
  const schedule = createSchedule(() => ({
    watched: { agesMs: [1_000, 2_000] },
    unwatched: { agesMs: [8_000] },
    eventful: { agesMs: [20_000] },
    areEventsComing: false,
    ...plans,
  }))
  const dueAt = schedule.dueAt(job, { isWatched })
  return dueAt === null ? null : dueAt.getTime() - made
}
/** Within the twentieth by which jobs that were made together are kept apart. */
const expectAbout = (ms: number | null, expected: number): void => {
  expect(ms).toBeGreaterThanOrEqual(expected * 0.95)
  expect(ms).toBeLessThanOrEqual(expected * 1.05 + 1)
}

describe('an unfinished job', () => {
  test('is looked up sooner when somebody waits for it', () => {
    expectAbout(dueInMs(aJob(), true), 1_000)
    expectAbout(dueInMs(aJob(), false), 8_000)
  })

  test('is looked up next by when it was last', () => {
    const next = dueInMs(aJob('RENDERING', { lookedUpAt: at(1_000) }), true) ?? 0
    expectAbout(next - 1_000, 1_000)
  })

  test('made together with a hundred others is not looked up together with them', () => {
    const dues = Array.from({ length: 100 }, (_, index) => dueInMs(aJob('QUEUED', { id: `job-${index}` }), false))
    expect(new Set(dues).size).toBeGreaterThan(50)
    for (const due of dues) expectAbout(due, 8_000)
    expect(dueInMs(aJob(), false)).toBe(dueInMs(aJob(), false))
  })

  test('whose events are coming is looked up only when they are overdue, watched or not', () => {
    for (const isWatched of [true, false]) expectAbout(dueInMs(aJob(), isWatched, { areEventsComing: true }), 20_000)
  })

  test('of somebody’s own account is looked up only while they wait, for its events go elsewhere', () => {
    const own = aJob('QUEUED', { account: 'tenant-1' })
    expectAbout(dueInMs(own, true, { areEventsComing: true }), 1_000)
    expect(dueInMs(own, false)).toBeNull()
  })

  test('made by a clock that is an hour ahead is looked up as soon as any', () => {
    const next = dueInMs(aJob('QUEUED', { createdAt: at(hour), lookedUpAt: at(500) }), true) ?? 0
    expectAbout(next - 500, 1_000)
  })
})

describe('a settled job', () => {
  test.for([
    aJob('COMPLETE'),
    aJob('CANCELED'),
    aJob('COMPLETE', { deleted: true }),
    aJob('QUEUED', { deleted: true }),
  ])('is not looked up any more: $status, deleted: $deleted', (job) => {
    expect([dueInMs(job, true), dueInMs(job, false)]).toEqual([null, null])
  })
})

describe('a failed job', () => {
  const finishedMs = (aJob('ERROR').finishedAt?.getTime() ?? 0) - made
  const seconds = (...all: number[]) => all.map((second) => second * 1_000)

  test('is looked up for its refund, ever more seldom, for a day', () => {
    const ages = [0]
    const next = () => dueInMs(aJob('ERROR', { lookedUpAt: at(finishedMs + (ages.at(-1) ?? 0)) }), false)
    for (let due = next(); due !== null; due = next()) ages.push(due - finishedMs)
    expect(ages).toEqual(seconds(0, 5, 30, 120, 600, 3_600, 21_600, 86_400))
  })

  test('that nobody looked at for long is looked up for what is next by then', () => {
    const late = aJob('ERROR', { lookedUpAt: at(finishedMs + 2 * hour) })
    expect(dueInMs(late, false)).toBe(finishedMs + 6 * hour)
    expect(dueInMs(aJob('ERROR', { lookedUpAt: at(finishedMs + day) }), true)).toBeNull()
  })

  test('that was told of by an event, or by another clock, is looked up from its end on', () => {
    for (const lookedUpAt of [null, at(-hour)])
      expect(dueInMs(aJob('ERROR', { lookedUpAt }), false)).toBe(finishedMs + 5_000)
  })

  test.for([
    ['refunded', { creditsCharged: 0 }],
    ['deleted', { deleted: true }],
  ] as const)('that is %s is not', ([, changes]) => {
    expect(dueInMs(aJob('ERROR', changes), true)).toBeNull()
  })

  test('of somebody’s own account is only while they wait', () => {
    const own = aJob('ERROR', { account: 'tenant-1' })
    expect([dueInMs(own, true), dueInMs(own, false)]).toEqual([finishedMs + 5_000, null])
  })
})
