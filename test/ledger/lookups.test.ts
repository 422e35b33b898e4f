import { describe, expect, test } from 'vitest'
import type { Claim, Ledger } from '../../src/domain/ledger.ts'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { aJob } from '../support/builders.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { testDatabases, openReplica } from './databases.ts'

const databases = testDatabases()
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const claimOf = (owner: string, second = 10): Claim => ({ owner, now: at(second), until: at(second + 30) })
const claim = async (ledger: Ledger, owner: string, { limit = 9, second = 10 } = {}): Promise<string[]> =>
  (await ledger.claimDue(['server'], { ...claimOf(owner, second), limit })).map(({ id }) => id)
const add = async (ledger: Ledger, ...due: readonly (readonly [id: string, second: number])[]): Promise<void> => {
  for (const [id, second] of due) await ledger.adopt(aJob('QUEUED', { id }), at(second))
}
const finished = (owner: string, dueSecond: number | null, second = 11) => {
  const dueAt = dueSecond === null ? null : at(dueSecond)
  return { owner, now: at(second), answeredAt: at(second), dueAt: { watched: dueAt, unwatched: dueAt } }
}
const everybody = ['server', 'tenant-1']

describe.each(databases)('claiming due jobs on $name', ({ open }) => {
  test('takes those that are due, the longest due first, up to the limit', async () => {
    await using opened = await open()
    await add(opened.ledger, ['c', 3], ['a', 1], ['later', 11], ['d', 4], ['b', 2], ['now', 10])
    await opened.ledger.adopt(aJob('QUEUED', { id: 'never' }), null)
    expect(await claim(opened.ledger, 'one', { limit: 2 })).toEqual(['a', 'b'])
    expect(await claim(opened.ledger, 'two')).toEqual(['c', 'd', 'now'])
    expect(await claim(opened.ledger, 'three')).toEqual([])
  })

  test('passes over a job that this version cannot read, and takes the others', async () => {
    await using opened = await open()
    await add(opened.ledger, ['of-a-newer-version', 1], ['a', 2])
    await opened.query(`update jobs set status = 'PAUSED' where id = 'of-a-newer-version'`)
    expect(await claim(opened.ledger, 'one')).toEqual(['a'])
  })

  test('gives each of 50 jobs once, to ten who claim at once on each of two replicas', async () => {
    await using opened = await open()
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => opened.ledger.adopt(aJob('QUEUED', { id: `job-${index}` }), at(1))),
    )
    const claims = Array.from({ length: 20 }, (_, index) =>
      claim(index % 2 === 0 ? opened.ledger : opened.replica, `owner-${index}`, { limit: 5 }),
    )
    const claimed = [...(await Promise.all(claims)).flat(), ...(await claim(opened.ledger, 'rest', { limit: 50 }))]
    expect(claimed).toHaveLength(50)
    expect(new Set(claimed).size).toBe(50)
  })

  test('takes only jobs of the accounts that are asked for', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1])
    await opened.ledger.adopt(aJob('QUEUED', { id: 'own', account: 'tenant-1' }), at(1))
    const asked = async (accounts: readonly string[]) =>
      (await opened.ledger.claimDue(accounts, { ...claimOf('one'), limit: 9 })).map(({ id }) => id)
    expect(await asked([])).toEqual([])
    expect(await asked(['tenant-2'])).toEqual([])
    expect(await asked(['tenant-1'])).toEqual(['own'])
    expect(await asked(everybody)).toEqual(['a'])
  })

  test('keeps others off until the lease is over', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1])
    await claim(opened.ledger, 'dead')
    expect(await claim(opened.replica, 'two', { second: 39 })).toEqual([])
    expect(await opened.replica.claimOne(aJob('QUEUED', { id: 'a' }), claimOf('two', 39))).toBe(false)
    expect(await claim(opened.replica, 'two', { second: 40 })).toEqual(['a'])
  })

  test('takes no job that an event has settled', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1], ['b', 1])
    await opened.ledger.update(aJob('COMPLETE', { id: 'a', revision: 1 }), null)
    await opened.ledger.update(aJob('QUEUED', { id: 'b', revision: 1, deleted: true }), null)
    expect(await claim(opened.ledger, 'one')).toEqual([])
    expect(await opened.ledger.nextDueAt(['server'], at(10))).toBeNull()
  })
})

describe.each(databases)('claiming one job on $name', ({ open }) => {
  test('is for one of many who want it at the same moment', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob(), null)
    const claims = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? opened.ledger : opened.replica).claimOne(aJob(), claimOf(`owner-${index}`)),
    )
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1)
  })

  test('fails when it was looked up since it was read', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob(), null)
    expect(await opened.ledger.claimOne(aJob(), claimOf('one'))).toBe(true)
    await opened.ledger.release(aJob(), finished('one', 20))
    expect(await opened.ledger.claimOne(aJob(), claimOf('two', 30))).toBe(false)
    const lookedUp = aJob('QUEUED', { lookedUpAt: at(11) })
    expect(await opened.ledger.find('tenant-1', ['job-1'])).toEqual([lookedUp])
    expect(await opened.ledger.claimOne(lookedUp, claimOf('two', 30))).toBe(true)
    expect(await opened.ledger.claimOne(aJob('QUEUED', { id: 'nobody' }), claimOf('two'))).toBe(false)
  })
})

describe.each(databases)('giving a job back on $name', ({ open }) => {
  test('makes it due when it is said to be', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1])
    await claim(opened.ledger, 'one')
    await opened.ledger.release(aJob('QUEUED', { id: 'a' }), finished('one', 20))
    expect(await opened.replica.nextDueAt(['server'], at(11))).toEqual(at(20))
    expect(await claim(opened.replica, 'two', { second: 19 })).toEqual([])
    expect(await claim(opened.replica, 'two', { second: 20 })).toEqual(['a'])
  })

  test('has no effect when somebody else has taken it over', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1])
    await claim(opened.ledger, 'slow')
    await claim(opened.replica, 'next', { second: 40 })
    await opened.ledger.release(aJob('QUEUED', { id: 'a' }), finished('slow', 20, 41))
    expect(await opened.ledger.find('tenant-1', ['a'])).toMatchObject([{ lookedUpAt: null }])
    expect(await claim(opened.ledger, 'third', { second: 69 })).toEqual([])
    expect(await claim(opened.ledger, 'third', { second: 70 })).toEqual(['a'])
  })

  test('without an answer leaves the time of the last one', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('QUEUED', { lookedUpAt: at(5) }), at(1))
    await claim(opened.ledger, 'one')
    await opened.ledger.release(aJob(), { ...finished('one', 20), answeredAt: null })
    expect(await opened.ledger.find('tenant-1', ['job-1'])).toMatchObject([{ lookedUpAt: at(5) }])
  })

  test.for([
    [5, 1],
    [0, 0],
  ] as const)(
    'leaves one that an event says failed due for its refund, with %i credits still charged',
    async ([credits, due]) => {
      await using opened = await open()
      await add(opened.ledger, ['a', 5])
      await opened.ledger.update(aJob('ERROR', { id: 'a', revision: 1, creditsCharged: credits }), null)
      expect(await claim(opened.ledger, 'one')).toHaveLength(due)
    },
  )

  test.for(['COMPLETE', 'CANCELED'] as const)('does not make one due that an event says is %s', async (status) => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1])
    await claim(opened.ledger, 'one')
    await opened.ledger.update(aJob(status, { id: 'a', revision: 1 }), null)
    await opened.ledger.release(aJob('QUEUED', { id: 'a' }), finished('one', 20))
    expect(await opened.ledger.nextDueAt(['server'], at(11))).toBeNull()
  })

  test('makes a failed one due, for its refund', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1])
    await claim(opened.ledger, 'one')
    await opened.ledger.update(aJob('ERROR', { id: 'a', revision: 1 }), null)
    await opened.ledger.release(aJob('ERROR', { id: 'a' }), finished('one', 20))
    expect(await opened.ledger.nextDueAt(['server'], at(11))).toEqual(at(20))
  })
})

describe.each(databases)('watching a job on $name', ({ open }) => {
  test('makes it due sooner, and never later', async () => {
    await using opened = await open()
    await add(opened.ledger, ['job-1', 20])
    await opened.ledger.watch(aJob(), at(60), at(15))
    expect(await opened.ledger.nextDueAt(['server'], at(10))).toEqual(at(15))
    await opened.ledger.watch(aJob(), at(60), at(30))
    expect(await opened.ledger.nextDueAt(['server'], at(10))).toEqual(at(15))
  })

  test('makes one due that was not', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob(), null)
    await opened.ledger.watch(aJob(), at(60), at(15))
    expect(await opened.ledger.nextDueAt(['server'], at(10))).toEqual(at(15))
  })

  test('has no effect on one that is settled', async () => {
    await using opened = await open()
    const jobs = [aJob('COMPLETE'), aJob('QUEUED', { id: 'job-2', deleted: true })]
    for (const job of jobs) await opened.ledger.adopt(job, null)
    for (const job of jobs) await opened.ledger.watch(job, at(60), at(15))
    expect(await opened.ledger.nextDueAt(['server'], at(10))).toBeNull()
  })

  test.for([
    ['still watched', 12, 20],
    ['not watched any more', 60, 40],
  ] as const)('decides when it is due next, as it is when it is given back: %s', async ([, second, dueSecond]) => {
    await using opened = await open()
    await add(opened.ledger, ['job-1', 1])
    await claim(opened.ledger, 'one')
    await opened.replica.watch(aJob(), at(60), at(15))
    await opened.replica.watch(aJob(), at(30), at(15))
    const dueAt = { watched: at(20), unwatched: at(40) }
    await opened.ledger.release(aJob(), { owner: 'one', now: at(second), answeredAt: null, dueAt })
    expect(await opened.ledger.nextDueAt(['server'], at(second))).toEqual(at(dueSecond))
  })
})

describe.each(databases)('the next due time on $name', ({ open }) => {
  test('is the earliest of the accounts, of jobs that nobody is at', async () => {
    await using opened = await open()
    expect(await opened.ledger.nextDueAt(everybody, at(10))).toBeNull()
    await add(opened.ledger, ['b', 25], ['a', 5])
    await opened.ledger.adopt(aJob('QUEUED', { id: 'own', account: 'tenant-1' }), at(15))
    expect(await opened.ledger.nextDueAt(everybody, at(10))).toEqual(at(5))
    await claim(opened.ledger, 'one')
    expect(await opened.ledger.nextDueAt(everybody, at(10))).toEqual(at(15))
    expect(await opened.ledger.nextDueAt(['server'], at(10))).toEqual(at(25))
    expect(await opened.ledger.nextDueAt([], at(10))).toBeNull()
  })

  test('is that of a claimed job again once its lease is over', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 5])
    await claim(opened.ledger, 'dead')
    expect(await opened.ledger.nextDueAt(['server'], at(39))).toBeNull()
    expect(await opened.ledger.nextDueAt(['server'], at(40))).toEqual(at(5))
  })
})

describe('claiming due jobs on PostgreSQL', () => {
  test('does not wait for a replica that is in the middle of it', async () => {
    await using opened = await databases[1].open()
    await add(opened.ledger, ['a', 1], ['b', 2])
    await opened.database.db.transaction().execute(async (tx) => {
      await tx.selectFrom('jobs').select('id').where('id', '=', 'a').forUpdate().execute()
      expect(await claim(opened.replica, 'two')).toEqual(['b'])
    })
  })

  test('keeps to the limit whatever way the planner chooses', async () => {
    await using server = await createTestDatabase()
    const url = new URL(server.url)
    const without = ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material', 'indexscan', 'bitmapscan']
    url.searchParams.set('options', without.map((way) => `-c enable_${way}=off`).join(' '))
    await using database = { ...openReplica(url.href), [Symbol.asyncDispose]: () => database.close() }
    await migrate(database)
    const ledger = createLedger(database, createHub())
    await add(ledger, ...Array.from({ length: 20 }, (_, index) => [`job-${index}`, 1] as const))
    expect(await claim(ledger, 'one', { limit: 3 })).toHaveLength(3)
  })
})
