import { describe, expect, test } from 'vitest'
import { RateLimited, UpstreamUnavailable } from '../../src/domain/errors.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Ledger } from '../../src/domain/ledger.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { Secret } from '../../src/domain/secret.ts'
import { aJob, aState } from '../support/builders.ts'
import { put, storedJob } from '../domain/looking-up.ts'
import { advance, openProcess, untilStill } from './working.ts'

const start = aJob().createdAt.getTime()
const at = (ms: number): Date => new Date(start + ms)
/** Puts jobs that are due then. */
const putDue = async (stored: Ledger, ms: number, ...jobs: Job[]): Promise<void> => {
  for (const job of jobs) await put(stored, job, at(ms))
}
const ids = (asked: readonly string[]): string[] => asked.map((one) => one.split(' ')[0] ?? '')
const inOrder = (asked: readonly string[]): string[] => ids(asked).toSorted((a, b) => a.localeCompare(b))
const complete = (id: string): UpstreamState => aState('COMPLETE', { id })
const claimBy = (stored: Ledger, owner: string, ms: number): Promise<boolean> =>
  stored.claimOne(aJob(), { owner, now: at(ms), until: at(ms + 60_000) })

describe('a job', () => {
  test('is looked up when it is due, and not before', async () => {
    const process = await openProcess({ answer: complete })
    await putDue(process.stored, 2_500, aJob())
    process.worker.start()
    await untilStill(process)
    await advance(process, 2_499)
    expect(process.asked).toEqual([])
    await advance(process, 1)
    expect(ids(process.asked)).toEqual(['job-1'])
    expect(await storedJob(process.stored, aJob())).toMatchObject({ status: 'COMPLETE' })
    await advance(process, 3_600_000)
    expect(process.asked).toHaveLength(1)
  })

  test('is looked up again and again until it is finished, ever more seldom', async () => {
    const times: number[] = []
    const process = await openProcess({
      answer: () => {
        times.push(process.clock.now() - start)
        return aState('RENDERING')
      },
    })
    await putDue(process.stored, 4_000, aJob())
    process.worker.start()
    await untilStill(process)
    for (let second = 0; second < 600; second += 1) await advance(process, 1_000)
    expect(times.length).toBeGreaterThan(5)
    expect(times.length).toBeLessThan(15)
    const gaps = times.map((time, index) => time - (times[index - 1] ?? 0))
    expect(gaps.at(-1)).toBeGreaterThan(60_000)
  })

  test('that becomes due sooner is looked up as soon as the worker is told', async () => {
    const process = await openProcess({ answer: complete })
    process.worker.start()
    await untilStill(process)
    await putDue(process.stored, 0, aJob())
    await untilStill(process)
    expect(process.asked).toEqual([])
    process.worker.wake()
    await untilStill(process)
    expect(process.asked).toHaveLength(1)
  })

  test('that becomes due while the worker is claiming is not slept over', async () => {
    let claims = 0
    const process = await openProcess({
      answer: complete,
      broken: ({ stored }) => ({
        nextDueAt: async (accounts, now) => {
          const dueAt = await stored.nextDueAt(accounts, now)
          claims += 1
          if (claims === 1) {
            await putDue(stored, 0, aJob())
            process.worker.wake()
          }
          return dueAt
        },
      }),
    })
    process.worker.start()
    await untilStill(process)
    expect(process.asked).toHaveLength(1)
  })

  test('is looked up by one of two workers at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<UpstreamState>()
    const one = await openProcess({ answer: () => promise })
    const other = await openProcess({ answer: () => promise, beside: one })
    await putDue(one.stored, 1_000, aJob(), aJob('QUEUED', { id: 'job-2' }))
    for (const { worker } of [one, other]) worker.start()
    await Promise.all([one, other].map(untilStill))
    for (let second = 0; second < 30; second += 1) {
      await advance(one, 1_000)
      await untilStill(other)
    }
    expect(inOrder([...one.asked, ...other.asked])).toEqual(['job-1', 'job-2'])
    resolve(aState('RENDERING'))
    await Promise.all([one, other].map(untilStill))
  })

  test('whose worker died is taken over by another when its lease is over', async () => {
    const process = await openProcess({ answer: complete })
    await putDue(process.stored, 0, aJob())
    await claimBy(process.stored, 'dead', 0)
    process.worker.start()
    await untilStill(process)
    await advance(process, 59_999)
    expect(process.asked).toEqual([])
    await advance(process, 1_000)
    expect(process.asked).toHaveLength(1)
  })
})

test('no more than 20 jobs are looked up at a time, and the next as soon as one is done', async () => {
  const answers = new Map<string, (state: UpstreamState) => void>()
  const process = await openProcess({
    answer: (id) => new Promise((resolve) => void answers.set(id, resolve)),
  })
  await putDue(process.stored, 0, ...Array.from({ length: 25 }, (_, index) => aJob('QUEUED', { id: `job-${index}` })))
  process.worker.start()
  await untilStill(process)
  expect(process.asked).toHaveLength(20)
  await advance(process, 5_000)
  expect(process.asked).toHaveLength(20)
  answers.get('job-3')?.(complete('job-3'))
  await untilStill(process)
  expect(process.asked).toHaveLength(21)
  for (const [id, answer] of answers) answer(complete(id))
  await untilStill(process)
  expect(new Set(process.asked).size).toBe(25)
  for (const [id, answer] of answers) answer(complete(id))
})

describe('a look-up that fails', () => {
  test('leaves the others alone, and is made again after a pause', async () => {
    const process = await openProcess({
      answer: (id) => (id === 'job-1' ? new UpstreamUnavailable() : complete(id)),
    })
    await putDue(process.stored, 0, aJob(), aJob('QUEUED', { id: 'job-2' }))
    process.worker.start()
    await untilStill(process)
    expect(inOrder(process.asked)).toEqual(['job-1', 'job-2'])
    await advance(process, 4_999)
    expect(process.asked).toHaveLength(2)
    for (let second = 0; second < 10; second += 1) await advance(process, 1_000)
    expect(ids(process.asked).slice(2, 3)).toEqual(['job-1'])
    expect(process.errors).toEqual([])
  })

  test('because of too many requests leaves the whole account alone for what was asked, and others not', async () => {
    const process = await openProcess({
      answer: (id) => (id === 'job-1' ? new RateLimited('', { retryAfterSeconds: 60 }) : complete(id)),
    })
    const { stored, keyring, worker, asked } = process
    keyring.hold('tenant-1', new Secret('mhk_of_tenant_1'))
    await putDue(stored, 0, aJob())
    await putDue(stored, 2_000, aJob('QUEUED', { id: 'job-2' }), aJob('QUEUED', { id: 'own', account: 'tenant-1' }))
    worker.start()
    await untilStill(process)
    await advance(process, 2_000)
    expect(ids(asked)).toEqual(['job-1', 'own'])
    for (let second = 2; second < 59; second += 1) await advance(process, 1_000)
    expect(ids(asked)).toEqual(['job-1', 'own'])
    await advance(process, 1_000)
    expect(ids(asked)).toContain('job-2')
  })

  test('together with others leaves the account alone for the longest that was asked', async () => {
    const seconds: Record<string, number> = { 'job-1': 60, 'job-2': 1 }
    const process = await openProcess({
      answer: (id) => (id in seconds ? new RateLimited('', { retryAfterSeconds: seconds[id] ?? 0 }) : complete(id)),
    })
    await putDue(process.stored, 0, aJob(), aJob('QUEUED', { id: 'job-2' }))
    await putDue(process.stored, 10_000, aJob('QUEUED', { id: 'job-3' }))
    process.worker.start()
    await untilStill(process)
    for (let second = 0; second < 59; second += 1) await advance(process, 1_000)
    expect(process.asked).toHaveLength(2)
  })
})

describe('a job of somebody’s own account', () => {
  const own = aJob('QUEUED', { account: 'tenant-1' })

  test('is looked up only while they wait, and with their key', async () => {
    const process = await openProcess({ answer: () => aState('RENDERING') })
    const { stored, attention, worker, asked } = process
    await put(stored, own)
    worker.start()
    await untilStill(process)
    await advance(process, 600_000)
    expect(asked).toEqual([])
    const letGo = attention.watch(own, new Secret('mhk_of_tenant_1'))
    await untilStill(process)
    await advance(process, 1_000)
    expect(asked).toEqual(['job-1 mhk_of_tenant_1'])
    letGo()
    for (let minute = 0; minute < 10; minute += 1) await advance(process, 60_000)
    expect(asked).toHaveLength(1)
  })

  test('is left to whoever comes next when its key has gone since it was claimed', async () => {
    const process = await openProcess({
      answer: () => aState('RENDERING'),
      broken: ({ stored }) => ({
        claimDue: async (accounts, claim) => {
          const jobs = await stored.claimDue(accounts, claim)
          letGo()
          return jobs
        },
      }),
    })
    const letGo = process.keyring.hold('tenant-1', new Secret('mhk_of_tenant_1'))
    await putDue(process.stored, 0, own)
    process.worker.start()
    await untilStill(process)
    expect(process.asked).toEqual([])
    expect(await claimBy(process.stored, 'another', 0)).toBe(true)
  })
})

describe('stopping', () => {
  test('waits for the look-ups under way and begins none', async () => {
    const { promise, resolve } = Promise.withResolvers<UpstreamState>()
    const process = await openProcess({ answer: () => promise })
    await putDue(process.stored, 0, aJob())
    await putDue(process.stored, 1_000, aJob('QUEUED', { id: 'job-2' }))
    process.worker.start()
    await untilStill(process)
    let isStopped = false
    const stopping = process.worker.stop().then(() => (isStopped = true))
    await advance(process, 5_000)
    expect([isStopped, ids(process.asked)]).toEqual([false, ['job-1']])
    resolve(aState('COMPLETE'))
    await stopping
    expect(await storedJob(process.stored, aJob())).toMatchObject({ status: 'COMPLETE' })
    expect(ids(process.asked)).toEqual(['job-1'])
  })

  test('gives back what is being claimed at this moment', async () => {
    const stopping: Promise<void>[] = []
    const process = await openProcess({
      answer: complete,
      broken: ({ stored }) => ({
        claimDue: async (accounts, claim) => {
          const jobs = await stored.claimDue(accounts, claim)
          stopping.push(process.worker.stop())
          return jobs
        },
      }),
    })
    await putDue(process.stored, 0, aJob())
    process.worker.start()
    await untilStill(process)
    await Promise.all(stopping)
    expect(process.asked).toEqual([])
    expect(await claimBy(process.stored, 'another', 0)).toBe(true)
  })

  test('of a worker that never began is over at once', async () => {
    const { worker } = await openProcess()
    expect(await worker.stop()).toBeUndefined()
  })
})
