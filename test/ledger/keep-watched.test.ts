import { describe, expect, test } from 'vitest'
import type { Ledger } from '../../src/domain/ledger.ts'
import { aJob } from '../support/builders.ts'
import { type TestLedger, testDatabases } from './databases.ts'

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const add = async (ledger: Ledger, ...due: readonly (readonly [id: string, second: number])[]): Promise<void> => {
  for (const [id, second] of due) await ledger.adopt(aJob('QUEUED', { id }), at(second))
}

describe.each(testDatabases())('keeping jobs watched on $name', ({ open }) => {
  /** Until which second each job is marked; null: it is not. */
  const marksOf = async (opened: TestLedger): Promise<Record<string, number | null>> => {
    const rows = await opened.query('select id, watched_until from jobs')
    const secondOf = (ms: unknown) => (ms === null ? null : (Number(ms) - at(0).getTime()) / 1_000)
    return Object.fromEntries(rows.map(({ id, watched_until }) => [String(id), secondOf(watched_until)]))
  }
  const jobs = (...ids: readonly string[]) => ids.map((id) => aJob('QUEUED', { id }))

  test('has the marks of many last longer, and leaves the others and the due times alone', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 20], ['b', 20], ['c', 20])
    for (const job of jobs('a', 'b', 'c')) await opened.ledger.watch(job, at(30), at(15))
    await opened.ledger.keepWatched(jobs('a', 'c'), at(90))
    expect(await marksOf(opened)).toEqual({ a: 90, b: 30, c: 90 })
    expect(await opened.ledger.nextDueAt(['server'], at(10))).toEqual(at(15))
  })

  test('never makes a mark shorter, and marks none that was not', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 20], ['b', 20])
    await opened.ledger.watch(aJob('QUEUED', { id: 'a' }), at(90), at(15))
    await opened.ledger.keepWatched(jobs('a', 'b'), at(70))
    await opened.ledger.keepWatched([], at(200))
    expect(await marksOf(opened)).toEqual({ a: 90, b: null })
  })

  test('makes a job due again that a look-up left without a due time when its mark had ended', async () => {
    await using opened = await open()
    await add(opened.ledger, ['job-1', 1])
    await opened.ledger.watch(aJob(), at(5), at(1))
    await opened.ledger.claimOne(aJob(), { owner: 'one', now: at(10), until: at(40) })
    const dueAt = { watched: at(20), unwatched: null }
    await opened.ledger.release(aJob(), { owner: 'one', now: at(11), answeredAt: at(11), dueAt })
    expect(await opened.ledger.nextDueAt(['server'], at(12))).toBeNull()
    await opened.ledger.keepWatched([aJob()], at(192))
    expect(await opened.ledger.nextDueAt(['server'], at(12))).toEqual(at(192))
  })

  test('leaves jobs that are settled alone', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1], ['b', 1])
    for (const job of jobs('a', 'b')) await opened.ledger.watch(job, at(5), at(1))
    await opened.ledger.update(aJob('COMPLETE', { id: 'a', revision: 1 }), null)
    await opened.ledger.update(aJob('QUEUED', { id: 'b', revision: 1, deleted: true }), null)
    await opened.ledger.keepWatched(jobs('a', 'b'), at(192))
    expect(await marksOf(opened)).toEqual({ a: 5, b: 5 })
    expect(await opened.ledger.nextDueAt(['server'], at(12))).toBeNull()
  })

  test('leaves another caller’s job of the same id alone', async () => {
    await using opened = await open()
    await add(opened.ledger, ['job-1', 20])
    await opened.ledger.watch(aJob(), at(30), at(15))
    await opened.ledger.keepWatched([aJob('QUEUED', { tenant: 'tenant-2' })], at(90))
    expect(await marksOf(opened)).toEqual({ 'job-1': 30 })
  })

  test('does not wait for a replica that does the same in another order', async () => {
    await using opened = await open()
    const ids = Array.from({ length: 50 }, (_, n) => `job-${n}`)
    await add(opened.ledger, ...ids.map((id) => [id, 20] as const))
    for (const job of jobs(...ids)) await opened.ledger.watch(job, at(30), at(15))
    for (let second = 100; second < 120; second += 1)
      await Promise.all([
        opened.ledger.keepWatched(jobs(...ids), at(second)),
        opened.replica.keepWatched(jobs(...ids.toReversed()), at(second)),
      ])
    expect(new Set(Object.values(await marksOf(opened)))).toEqual(new Set([119]))
  })
})
