import { describe, expect, test } from 'vitest'
import { LedgerUnavailable, RateLimited, UpstreamUnavailable } from '../../src/domain/errors.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Ledger } from '../../src/domain/ledger.ts'
import { aCaller, aJob, aState } from '../support/builders.ts'
import type { TestClock } from '../support/test-clock.ts'
import { openReplica, put, storedJob } from './looking-up.ts'

const { apiKey } = aCaller()
const job = aJob('QUEUED')
const minute = 60_000
const hour = 60 * minute
const everybody = ['server', 'tenant-1']

/** How long until the next look-up is due; null: none is. */
const dueInMs = async (stored: Ledger, clock: TestClock): Promise<number | null> => {
  const dueAt = await stored.nextDueAt(everybody, new Date(clock.now() + minute))
  return dueAt === null ? null : dueAt.getTime() - clock.now()
}
/** A look-up of one's own, under a claim of its own. */
const lookUpNowDue = async ({ lookUpJob, stored, clock }: Awaited<ReturnType<typeof openReplica>>, known: Job) => {
  clock.advance(30_000)
  const read = (await storedJob(stored, known)) ?? known
  return lookUpJob.ifDue(read, apiKey).catch((error: unknown) => error)
}

describe('an account that Magic Hour throttles', () => {
  test('is left alone by readers too, for as long as it asked', async () => {
    const answers = [new RateLimited('', { retryAfterSeconds: 900 })]
    const replica = await openReplica({ answer: () => answers.pop() ?? aState('COMPLETE') })
    await put(replica.stored, job)
    await put(replica.stored, aJob('QUEUED', { id: 'job-2' }))
    expect(await lookUpNowDue(replica, job)).toBeInstanceOf(RateLimited)
    for (const known of [job, aJob('QUEUED', { id: 'job-2' })])
      expect(await lookUpNowDue(replica, known)).toMatchObject({ status: 'QUEUED' })
    expect(replica.asked).toHaveLength(1)
    replica.clock.advance(15 * minute)
    expect(await lookUpNowDue(replica, job)).toMatchObject({ status: 'COMPLETE' })
  })
})

describe('a look-up', () => {
  test('records what is new and when it was answered', async () => {
    const replica = await openReplica({ answer: () => aState('RENDERING') })
    await put(replica.stored, job)
    expect(await lookUpNowDue(replica, job)).toMatchObject({ status: 'RENDERING', revision: 1 })
    const lookedUpAt = new Date(replica.clock.now())
    expect(await storedJob(replica.stored, job)).toMatchObject({ status: 'RENDERING', lookedUpAt })
  })

  test('that says nothing new is no change, but is known to have been made', async () => {
    const replica = await openReplica({ answer: () => aState('QUEUED') })
    await put(replica.stored, job)
    expect(await lookUpNowDue(replica, job)).toMatchObject({ revision: 0, lookedUpAt: new Date(replica.clock.now()) })
    expect(await storedJob(replica.stored, job)).toMatchObject({
      revision: 0,
      lookedUpAt: new Date(replica.clock.now()),
    })
  })

  test('of a finished job is the last one', async () => {
    const replica = await openReplica({ answer: () => aState('COMPLETE') })
    await put(replica.stored, job)
    await lookUpNowDue(replica, job)
    expect(await dueInMs(replica.stored, replica.clock)).toBeNull()
    await lookUpNowDue(replica, job)
    expect(replica.asked).toHaveLength(1)
  })

  test('comes to what it came to although its lease cannot be ended', async () => {
    const broken = { release: () => Promise.reject(new LedgerUnavailable()) }
    const replica = await openReplica({ answer: () => aState('COMPLETE'), broken })
    await put(replica.stored, job)
    expect(await lookUpNowDue(replica, job)).toMatchObject({ status: 'COMPLETE' })
    const throttled = await openReplica({ answer: () => new RateLimited(), broken })
    await put(throttled.stored, job)
    expect(await lookUpNowDue(throttled, job)).toBeInstanceOf(RateLimited)
  })

  test('that finds nothing deletes an old job and a finished one, not one that may still appear', async () => {
    const replica = await openReplica()
    const [young, done] = [aJob('QUEUED', { id: 'young' }), aJob('COMPLETE', { id: 'done' })]
    await Promise.all([young, done].map((known) => put(replica.stored, known)))
    replica.clock.advance(59_999)
    expect(await replica.lookUpJob.now(young, apiKey)).toMatchObject({ deleted: false, revision: 0 })
    expect(await replica.lookUpJob.now(done, apiKey)).toMatchObject({ deleted: true, status: 'COMPLETE' })
    replica.clock.advance(1)
    expect(await replica.lookUpJob.now(young, apiKey)).toMatchObject({ deleted: true, status: 'QUEUED' })
  })
})

describe('a look-up that fails', () => {
  const failing = async (error: Error, known: Job = job, ageMs = 30_000) => {
    const replica = await openReplica({ answer: () => error })
    const { stored, clock, lookUpJob } = replica
    await put(stored, known)
    clock.advance(ageMs)
    await expect(lookUpJob.ifDue(known, apiKey)).rejects.toBe(error)
    return { inMs: await dueInMs(stored, clock), ...replica }
  }

  test('is made again after 5 seconds at the earliest', async () => {
    const { inMs, stored } = await failing(new UpstreamUnavailable(), job, 3_000)
    expect(inMs).toBeGreaterThanOrEqual(5_000)
    expect(inMs).toBeLessThan(15_000)
    expect(await storedJob(stored, job)).toMatchObject({ lookedUpAt: null, revision: 0 })
  })

  test('is made again when Magic Hour wants it, within a day', async () => {
    expect((await failing(new RateLimited('', { retryAfterSeconds: 900 }))).inMs).toBe(900_000)
    expect((await failing(new RateLimited('', { retryAfterSeconds: 1e9 }))).inMs).toBe(24 * hour)
  })

  test('of an old job is made as seldom as any of it', async () => {
    const { inMs } = await failing(new UpstreamUnavailable(), job, 25 * hour)
    expect(inMs).toBeGreaterThan(50 * minute)
  })

  test('with a key that was lent is not made again for nobody', async () => {
    const own = aJob('QUEUED', { account: 'tenant-1' })
    expect((await failing(new UpstreamUnavailable(), own)).inMs).toBeNull()
  })
})

describe('looking up what is due', () => {
  test('asks nothing before it is', async () => {
    const { lookUpJob, stored, asked } = await openReplica()
    await put(stored, job)
    expect(await lookUpJob.ifDue(job, apiKey)).toBe(job)
    expect(asked).toEqual([])
  })

  test('asks once for all who want to know at once, on two replicas', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof aState>>()
    const one = await openReplica({ answer: () => promise })
    const other = await openReplica({ answer: () => promise, beside: one })
    await put(one.stored, job)
    one.clock.advance(30_000)
    const all = [one, one, other, other].map(({ lookUpJob }) => lookUpJob.ifDue(job, apiKey))
    // The three who come too late know at once what is known.
    await expect.poll(() => one.asked.length + other.asked.length).toBe(1)
    resolve(aState('COMPLETE'))
    const known = (await Promise.all(all)).map(({ status }) => status)
    expect(known.toSorted()).toEqual(['COMPLETE', 'QUEUED', 'QUEUED', 'QUEUED'])
    expect(one.asked.length + other.asked.length).toBe(1)
  })

  test('asks nothing where the job was looked up since it was read', async () => {
    const one = await openReplica({ answer: () => aState('QUEUED') })
    await put(one.stored, job)
    one.clock.advance(30_000)
    await one.lookUpJob.ifDue(job, apiKey)
    one.clock.advance(30_000)
    await one.lookUpJob.ifDue(job, apiKey)
    expect(one.asked).toHaveLength(1)
  })
})

describe('looking up at once', () => {
  test('asks once for all who want to know at once, and anew for who comes later', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof aState>>()
    const { lookUpJob, stored, asked } = await openReplica({ answer: () => promise })
    await put(stored, job)
    const all = [1, 2, 3].map(() => lookUpJob.now(job, apiKey))
    resolve(aState('COMPLETE'))
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(['COMPLETE', 'COMPLETE', 'COMPLETE'])
    expect(asked).toHaveLength(1)
    await lookUpJob.now(job, apiKey)
    expect(asked).toHaveLength(2)
  })

  test('fails for all who wait, and is made anew for who comes later', async () => {
    let turn = 0
    const answer = () => ((turn += 1) === 1 ? new UpstreamUnavailable() : aState('COMPLETE'))
    const { lookUpJob, stored } = await openReplica({ answer })
    await put(stored, job)
    const all = await Promise.allSettled([1, 2].map(() => lookUpJob.now(job, apiKey)))
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await lookUpJob.now(job, apiKey)).toMatchObject({ status: 'COMPLETE' })
  })

  test('asks separately for two tenants who know the same project', async () => {
    const { lookUpJob, stored, asked } = await openReplica({ answer: () => aState('COMPLETE') })
    const theirs = aJob('QUEUED', { tenant: 'tenant-2' })
    await Promise.all([job, theirs].map((known) => put(stored, known)))
    const [mine, other] = await Promise.all([job, theirs].map((known) => lookUpJob.now(known, apiKey)))
    expect([mine?.tenant, other?.tenant, asked.length]).toEqual(['tenant-1', 'tenant-2', 2])
  })
})
