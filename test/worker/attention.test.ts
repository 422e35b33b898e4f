import { describe, expect, test } from 'vitest'
import { LedgerUnavailable } from '../../src/domain/errors.ts'
import type { Job } from '../../src/domain/job.ts'
import { Secret } from '../../src/domain/secret.ts'
import { createAttention } from '../../src/worker/attention.ts'
import { createKeyring } from '../../src/worker/keyring.ts'
import { aJob } from '../support/builders.ts'
import { createTestClock } from '../support/test-clock.ts'

const job = aJob('QUEUED', { account: 'tenant-1' })
const key = new Secret('mhk_of_tenant_1')
const start = job.createdAt.getTime()

interface Mark {
  readonly id: string
  readonly untilMs: number
  readonly dueMs: number
}

interface Kept {
  readonly ids: readonly string[]
  readonly untilMs: number
}

/** Attention over a ledger that writes down how jobs are marked, in milliseconds since the start. The job is due at 1 000. */
const setUp = (isBroken: () => boolean = () => false) => {
  const clock = createTestClock()
  const keyring = createKeyring(null)
  const marks: Mark[] = []
  const kept: Kept[] = []
  const heard: string[] = []
  const watch = async ({ id }: Job, until: Date, dueAt: Date): Promise<void> => {
    if (isBroken()) throw new LedgerUnavailable()
    marks.push({ id, untilMs: until.getTime() - start, dueMs: dueAt.getTime() - start })
  }
  const keepWatched = async (jobs: readonly Pick<Job, 'tenant' | 'id'>[], until: Date): Promise<void> => {
    if (isBroken()) throw new LedgerUnavailable()
    kept.push({ ids: jobs.map(({ id }) => id), untilMs: until.getTime() - start })
  }
  const attention = createAttention({
    ledger: { watch, keepWatched },
    schedule: { dueAt: () => new Date(start + 1_000) },
    keyring,
    clock,
    wake: () => void heard.push('woken'),
    onError: (_error, what) => void heard.push(what),
  })
  return { attention, clock, keyring, marks, kept, heard }
}

describe('a job that is watched', () => {
  test('is marked at once and made due by the schedule, and the worker is told', async () => {
    const { attention, clock, marks, heard } = setUp()
    attention.watch(job, key)
    await clock.asleep(1)
    expect(marks).toEqual([{ id: 'job-1', untilMs: 180_000, dueMs: 1_000 }])
    expect(heard).toEqual(['woken'])
  })

  test('is kept marked once a minute, without being made due again', async () => {
    const { attention, clock, marks, kept, heard } = setUp()
    attention.watch(job, key)
    for (let minute = 0; minute < 3; minute += 1) {
      await clock.asleep(1)
      clock.advance(60_000)
    }
    await clock.asleep(1)
    expect(kept).toEqual([240_000, 300_000, 360_000].map((untilMs) => ({ ids: ['job-1'], untilMs })))
    expect([marks.length, heard]).toEqual([1, ['woken']])
  })

  test('is kept marked together with the others that are by then, and those that came later are later', async () => {
    const { attention, clock, kept } = setUp()
    for (let n = 0; n < 250; n += 1) attention.watch({ ...job, id: `early-${n}` }, key)
    await clock.asleep(1)
    clock.advance(30_000)
    await clock.asleep(1)
    attention.watch({ ...job, id: 'late' }, key)
    await clock.asleep(1)
    clock.advance(30_000)
    await clock.asleep(1)
    expect(kept.map(({ ids }) => ids.length)).toEqual([100, 100, 50])
    expect(new Set(kept.flatMap(({ ids }) => ids)).size).toBe(250)
    clock.advance(30_000)
    await clock.asleep(1)
    expect(kept.slice(3)).toEqual([{ ids: ['late'], untilMs: 270_000 }])
  })

  test('and could not be kept marked is so as soon as the ledger is back', async () => {
    let isBroken = false
    const { attention, clock, kept, heard } = setUp(() => isBroken)
    attention.watch(job, key)
    await clock.asleep(1)
    isBroken = true
    clock.advance(60_000)
    await clock.asleep(1)
    isBroken = false
    clock.advance(5_000)
    await clock.asleep(1)
    expect(kept).toEqual([{ ids: ['job-1'], untilMs: 245_000 }])
    expect(heard).toEqual(['woken', 'keeping jobs marked failed'])
  })

  test('is marked once however many watch it, and until the last of them goes', async () => {
    const { attention, clock, marks, kept, keyring } = setUp()
    const [first, second] = [attention.watch(job, key), attention.watch(job, key)]
    await clock.asleep(1)
    first()
    clock.advance(60_000)
    await clock.asleep(1)
    expect([marks.length, kept.length, keyring.keyOf('tenant-1')]).toEqual([1, 1, key])
    second()
    clock.advance(600_000)
    expect([marks.length, kept.length, keyring.keyOf('tenant-1')]).toEqual([1, 1, null])
  })

  test('by somebody again after the last has gone is marked anew', async () => {
    const { attention, clock, marks } = setUp()
    attention.watch(job, key)()
    attention.watch(job, key)
    await clock.asleep(1)
    expect(marks.at(-1)).toEqual({ id: 'job-1', untilMs: 180_000, dueMs: 1_000 })
  })

  test('apart from another tenant’s of the same id', async () => {
    const { attention, clock, marks } = setUp()
    attention.watch(job, key)
    attention.watch({ ...job, tenant: 'tenant-2' }, key)
    await clock.asleep(1)
    expect(marks).toHaveLength(2)
  })

  test('while the ledger is gone is marked as soon as it is back, and due as if nothing had been', async () => {
    let isBroken = true
    const { attention, clock, marks, heard } = setUp(() => isBroken)
    attention.watch(job, key)
    await clock.asleep(1)
    isBroken = false
    expect([marks, heard]).toEqual([[], ['marking a job failed']])
    clock.advance(5_000)
    await clock.asleep(1)
    expect(marks).toEqual([{ id: 'job-1', untilMs: 185_000, dueMs: 1_000 }])
  })
})

test('of many that cannot be kept marked the ledger is asked once, and then again for all', async () => {
  let isBroken = false
  const { attention, clock, kept, heard } = setUp(() => isBroken)
  for (let n = 0; n < 250; n += 1) attention.watch({ ...job, id: `job-${n}` }, key)
  await clock.asleep(1)
  isBroken = true
  clock.advance(60_000)
  await clock.asleep(1)
  expect(heard.filter((what) => what === 'keeping jobs marked failed')).toHaveLength(1)
  isBroken = false
  clock.advance(5_000)
  await clock.asleep(1)
  expect(kept.map(({ ids }) => ids.length)).toEqual([100, 100, 50])
})

test('nothing is kept marked once attention has stopped', async () => {
  const { attention, clock, marks, kept } = setUp()
  attention.watch(job, key)
  attention.watch({ ...job, id: 'job-2' }, key)
  await clock.asleep(1)
  attention.stop()
  clock.advance(600_000)
  attention.watch({ ...job, id: 'job-3' }, key)
  expect([marks.length, kept.length]).toEqual([3, 0])
})
