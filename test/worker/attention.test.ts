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

/** Attention over a ledger that writes down how jobs are marked, in milliseconds since the start. The job is due at 1 000. */
const setUp = (isBroken: () => boolean = () => false) => {
  const clock = createTestClock()
  const keyring = createKeyring(null)
  const marks: Mark[] = []
  const heard: string[] = []
  const watch = async ({ id }: Job, until: Date, dueAt: Date): Promise<void> => {
    if (isBroken()) throw new LedgerUnavailable()
    marks.push({ id, untilMs: until.getTime() - start, dueMs: dueAt.getTime() - start })
  }
  const attention = createAttention({
    ledger: { watch },
    schedule: { dueAt: () => new Date(start + 1_000) },
    keyring,
    clock,
    wake: () => void heard.push('woken'),
    onError: (_error, what) => void heard.push(what),
  })
  return { attention, clock, keyring, marks, heard }
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
    const { attention, clock, marks } = setUp()
    attention.watch(job, key)
    for (let minute = 0; minute < 3; minute += 1) {
      await clock.asleep(1)
      clock.advance(60_000)
    }
    await clock.asleep(1)
    expect(marks.map(({ untilMs }) => untilMs)).toEqual([180_000, 240_000, 300_000, 360_000])
    expect(marks.slice(1).every(({ dueMs, untilMs }) => dueMs >= untilMs - 60_000)).toBe(true)
  })

  test('is marked once however many watch it, and until the last of them goes', async () => {
    const { attention, clock, marks, keyring } = setUp()
    const [first, second] = [attention.watch(job, key), attention.watch(job, key)]
    await clock.asleep(1)
    first()
    clock.advance(60_000)
    await clock.asleep(1)
    expect([marks.length, keyring.keyOf('tenant-1')]).toEqual([2, key])
    second()
    clock.advance(600_000)
    expect([marks.length, keyring.keyOf('tenant-1')]).toEqual([2, null])
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
    await clock.asleep(2)
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

test('nothing is kept marked once attention has stopped', async () => {
  const { attention, clock, marks } = setUp()
  attention.watch(job, key)
  attention.watch({ ...job, id: 'job-2' }, key)
  await clock.asleep(2)
  attention.stop()
  clock.advance(600_000)
  expect(marks).toHaveLength(2)
})
