import { describe, expect, test } from 'vitest'
import { LedgerUnavailable } from '../../src/domain/errors.ts'
import type { Job, JobStatus } from '../../src/domain/job.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { aCaller, aJob, aState } from '../support/builders.ts'
import { openReplica, put } from './looking-up.ts'

const caller = aCaller()
const job = aJob('QUEUED')
const never = new AbortController().signal

/** A replica that knows a queued job, and what brings news of it. */
const setUp = async (options: Parameters<typeof openReplica>[0] = {}) => {
  const replica = await openReplica(options)
  await put(replica.stored, job)
  const tell = (status: JobStatus, changes: Partial<UpstreamState> = {}) =>
    replica.receiveEvent(aState(status, changes))
  /** Whether anybody follows the job: hears of it, or has it looked up. */
  const isFollowed = (): boolean => replica.hub.isAwaited(job)
  return { ...replica, tell, isFollowed }
}
/** Resolves once somebody listens. */
const followed = async ({ isFollowed }: { isFollowed: () => boolean }): Promise<void> => {
  await expect.poll(isFollowed, { interval: 1 }).toBe(true)
}
const statuses = async (states: AsyncIterable<Job>): Promise<JobStatus[]> => {
  const seen: JobStatus[] = []
  for await (const { status } of states) seen.push(status)
  return seen
}

describe('waiting for a job', () => {
  test('ends as soon as it is settled, with nobody left who follows it', async () => {
    const replica = await setUp()
    const answer = replica.followJob.wait(caller, job, { waitMs: 60_000, signal: never })
    await followed(replica)
    await replica.tell('RENDERING')
    await replica.tell('COMPLETE')
    expect(await answer).toMatchObject({ status: 'COMPLETE', revision: 2 })
    expect(replica.isFollowed()).toBe(false)
  })

  test('ends when its image is deleted', async () => {
    const replica = await setUp()
    const answer = replica.followJob.wait(caller, job, { waitMs: 60_000, signal: never })
    await followed(replica)
    await replica.tell('RENDERING', { deleted: true })
    expect(await answer).toMatchObject({ deleted: true })
  })

  test('ends with the time, at the last known state', async () => {
    const replica = await setUp()
    const answer = replica.followJob.wait(caller, job, { waitMs: 60_000, signal: never })
    await followed(replica)
    await replica.tell('RENDERING')
    let isOver = false
    void answer.then(() => (isOver = true))
    replica.clock.advance(59_999)
    expect(isOver).toBe(false)
    replica.clock.advance(1)
    expect(await answer).toMatchObject({ status: 'RENDERING' })
    expect(replica.isFollowed()).toBe(false)
  })

  test.for(['the caller goes', 'the program stops'] as const)('ends when %s', async (reason) => {
    const replica = await setUp()
    const gone = new AbortController()
    const answer = replica.followJob.wait(caller, job, { waitMs: 60_000, signal: gone.signal })
    await followed(replica)
    const ending = reason === 'the caller goes' ? gone : replica.stopping
    ending.abort()
    expect(await answer).toMatchObject({ status: 'QUEUED' })
    expect(replica.isFollowed()).toBe(false)
  })

  test('does not begin for a settled job, for no time, or at the end', async () => {
    const replica = await setUp({ broken: { find: () => Promise.reject(new LedgerUnavailable()) } })
    const { followJob, stopping } = replica
    const done = aJob('ERROR')
    expect(await followJob.wait(caller, done, { waitMs: 60_000, signal: never })).toBe(done)
    expect(await followJob.wait(caller, job, { waitMs: 0, signal: never })).toBe(job)
    stopping.abort()
    expect(await followJob.wait(caller, job, { waitMs: 60_000, signal: never })).toBe(job)
  })

  test('misses nothing that came between reading the job and waiting for it', async () => {
    const replica = await setUp()
    await replica.tell('COMPLETE')
    expect(await replica.followJob.wait(caller, job, { waitMs: 60_000, signal: never })).toMatchObject({
      status: 'COMPLETE',
    })
  })

  test('never turns a paid job into an error: without the ledger it is the job as it was', async () => {
    const replica = await setUp({ broken: { find: () => Promise.reject(new LedgerUnavailable()) } })
    const answer = replica.followJob.wait(caller, job, { waitMs: 60_000, signal: never })
    expect(await answer).toEqual(job)
    expect(replica.isFollowed()).toBe(false)
  })
})

describe('watching a job', () => {
  test('tells its state by now, then each later one once and in order, and ends with the last', async () => {
    const replica = await setUp()
    const states = replica.followJob.watch(caller, job.id, never)
    expect((await states.next()).value).toEqual(job)
    const rest = statuses(states)
    for (const status of ['QUEUED', 'RENDERING', 'RENDERING', 'QUEUED', 'COMPLETE', 'COMPLETE'] as const)
      await replica.tell(status)
    expect(await rest).toEqual(['RENDERING', 'COMPLETE'])
    expect(replica.isFollowed()).toBe(false)
  })

  test('does not tell the same state again when only the number of images has become known', async () => {
    const replica = await setUp()
    const states = replica.followJob.watch(caller, job.id, never)
    await states.next()
    const rest = statuses(states)
    await replica.tell('QUEUED', { imageCount: 1 })
    await replica.tell('COMPLETE')
    expect(await rest).toEqual(['COMPLETE'])
  })

  test('of a settled job tells it once', async () => {
    const replica = await setUp()
    await replica.tell('COMPLETE')
    expect(await statuses(replica.followJob.watch(caller, job.id, never))).toEqual(['COMPLETE'])
  })

  test('keeps the last eight states for who reads slowly, the newest among them', async () => {
    const replica = await setUp()
    const states = replica.followJob.watch(caller, job.id, never)
    await states.next()
    for (let version = 1; version <= 20; version += 1) await replica.tell('RENDERING', { name: `Mug ${version}` })
    await replica.tell('COMPLETE')
    const seen: number[] = []
    for await (const { revision } of states) seen.push(revision)
    expect(seen).toEqual([14, 15, 16, 17, 18, 19, 20, 21])
  })

  test('ends at once when the reader goes, with nobody left who follows it', async () => {
    const replica = await setUp()
    const states = replica.followJob.watch(caller, job.id, never)
    await states.next()
    const next = states.next()
    await states.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(replica.isFollowed()).toBe(false)
    expect(await states.next()).toEqual({ done: true, value: undefined })
  })

  test('ends when the request does, also before it has begun', async () => {
    const replica = await setUp()
    const gone = new AbortController()
    const states = replica.followJob.watch(caller, job.id, gone.signal)
    await states.next()
    const next = states.next()
    gone.abort()
    expect((await next).done).toBe(true)
    const late = replica.followJob.watch(caller, job.id, gone.signal)
    expect(await statuses(late)).toEqual(['QUEUED'])
    expect(replica.isFollowed()).toBe(false)
  })

  test('of an unknown job, or somebody else’s, is an error at the first state', async () => {
    const replica = await setUp()
    for (const [reader, id] of [
      [caller, 'job-9'],
      [aCaller({ tenant: 'tenant-2' }), job.id],
    ] as const) {
      const states = replica.followJob.watch(reader, id, never)
      await expect(states.next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    expect(replica.isFollowed()).toBe(false)
  })

  test('is an error where the ledger cannot be read: a state may have been missed', async () => {
    let reads = 0
    const one = await setUp()
    const { followJob, hub } = await openReplica({
      beside: one,
      broken: {
        find: (tenant, ids) =>
          (reads += 1) === 1 ? one.stored.find(tenant, ids) : Promise.reject(new LedgerUnavailable()),
      },
    })
    const states = followJob.watch(caller, job.id, never)
    await expect(states.next()).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
    expect(hub.isAwaited(job)).toBe(false)
  })

  test('has the job looked up sooner, with the key of whoever watches, for as long as they do', async () => {
    const replica = await setUp()
    const own = aJob('QUEUED', { id: 'own', account: 'tenant-1' })
    await put(replica.stored, own)
    const states = replica.followJob.watch({ ...caller, account: 'tenant-1' }, own.id, never)
    await states.next()
    expect(replica.keyring.keyOf('tenant-1')).toBe(caller.apiKey)
    const nextDueAt = () => replica.stored.nextDueAt(['tenant-1'], new Date(replica.clock.now()))
    await expect.poll(nextDueAt).not.toBeNull()
    await states.return?.()
    expect(replica.keyring.keyOf('tenant-1')).toBeNull()
  })

  test('by several tells each of them all', async () => {
    const replica = await setUp()
    const watchers = [1, 2, 3].map(() => statuses(replica.followJob.watch(caller, job.id, never)))
    await followed(replica)
    await replica.tell('RENDERING')
    await replica.tell('COMPLETE')
    for (const seen of await Promise.all(watchers)) expect(seen.at(-1)).toBe('COMPLETE')
  })
})
