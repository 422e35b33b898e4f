import { describe, expect, test } from 'vitest'
import { cursorOf } from '../../src/domain/list-jobs.ts'
import type { JobStatus } from '../../src/domain/job.ts'
import type { JobFilter, JobPage, Ledger } from '../../src/domain/ledger.ts'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { aJob } from '../support/builders.ts'
import { testDatabases, recordStatements } from './databases.ts'

const databases = testDatabases()
const everything: JobFilter = { statuses: null, createdFrom: null, createdBefore: null, nameContains: null }
const firstPage: JobPage = { limit: 3, direction: 'forward', from: null, filter: everything }
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

const add = async (ledger: Ledger, ...jobs: readonly (readonly [id: string, second: number])[]): Promise<void> => {
  for (const [id, second] of jobs) await ledger.adopt(aJob('QUEUED', { id, createdAt: at(second) }), null)
}
const ids = async (ledger: Ledger, page: Partial<JobPage>): Promise<string[]> =>
  (await ledger.list('tenant-1', { ...firstPage, ...page })).map(({ id }) => id)
const matching = async (ledger: Ledger, filter: Partial<JobFilter>): Promise<string[]> =>
  (await ids(ledger, { limit: 100, filter: { ...everything, ...filter } })).toSorted()

/** All pages, one after the other, in the order of the list. */
const walk = async (ledger: Ledger, page: JobPage): Promise<string[]> => {
  const jobs = await ledger.list('tenant-1', page)
  const [first, last] = [jobs[0], jobs.at(-1)]
  if (first === undefined || last === undefined) return []
  const rest = await walk(ledger, { ...page, from: cursorOf(last) })
  const names = jobs.map(({ id }) => id)
  return page.direction === 'forward' ? [...names, ...rest] : [...rest, ...names.toReversed()]
}

describe.each(databases)('the list of jobs on $name', ({ open }) => {
  test('is the tenant’s own, the newest first', async () => {
    await using opened = await open()
    await add(opened.ledger, ['b', 2], ['c', 3], ['a', 1])
    await opened.ledger.adopt(aJob('QUEUED', { tenant: 'tenant-2', createdAt: at(4) }), null)
    expect(await ids(opened.ledger, {})).toEqual(['c', 'b', 'a'])
  })

  test('gives no job twice and leaves none out while others are added between pages', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1], ['b', 2], ['c', 3], ['d', 4], ['e', 5])
    const first = await opened.ledger.list('tenant-1', firstPage)
    await add(opened.ledger, ['f', 6], ['g', 7])
    const last = first.at(-1)
    expect(first.map(({ id }) => id)).toEqual(['e', 'd', 'c'])
    expect(await ids(opened.ledger, { from: last === undefined ? null : cursorOf(last) })).toEqual(['b', 'a'])
  })

  test('is the same forwards and backwards, also where many were made in the same millisecond', async () => {
    await using opened = await open()
    const jobs = Array.from({ length: 20 }, (_, index) => [`job-${index}`, index % 3] as const)
    await add(opened.ledger, ...jobs)
    const forwards = await walk(opened.ledger, firstPage)
    expect(forwards).toHaveLength(20)
    expect(new Set(forwards).size).toBe(20)
    expect(await walk(opened.ledger, { ...firstPage, direction: 'backward' })).toEqual(forwards)
    expect(await ids(opened.ledger, { limit: 100 })).toEqual(forwards)
  })

  test('begins beyond a cursor whose job is gone', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1], ['b', 2], ['d', 4])
    const from = { createdAt: at(3), id: 'c' }
    expect(await ids(opened.ledger, { from })).toEqual(['b', 'a'])
    expect(await ids(opened.ledger, { from, direction: 'backward' })).toEqual(['d'])
  })

  test('is empty where nothing is asked for, and after the end', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1])
    expect(await ids(opened.ledger, { limit: 0 })).toEqual([])
    expect(await ids(opened.ledger, { from: { createdAt: at(1), id: 'a' } })).toEqual([])
  })

  test('costs one statement a page', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1], ['b', 2])
    const { database, statements } = recordStatements(opened.database)
    const filter = { statuses: ['QUEUED'] as const, createdFrom: at(0), createdBefore: at(9), nameContains: null }
    await ids(createLedger(database, createHub()), { filter, from: { createdAt: at(5), id: 'c' } })
    expect(statements).toHaveLength(1)
  })
})

describe.each(databases)('the filter of the list on $name', ({ open }) => {
  test('takes any of several statuses, and none when there are none', async () => {
    await using opened = await open()
    const statuses: readonly JobStatus[] = ['QUEUED', 'RENDERING', 'COMPLETE', 'ERROR']
    for (const status of statuses) await opened.ledger.adopt(aJob(status, { id: status }), null)
    expect(await matching(opened.ledger, { statuses: ['ERROR', 'QUEUED'] })).toEqual(['ERROR', 'QUEUED'])
    expect(await matching(opened.ledger, { statuses: [] })).toEqual([])
  })

  test('takes a time from its beginning to before its end', async () => {
    await using opened = await open()
    await add(opened.ledger, ['a', 1], ['b', 2], ['c', 3])
    expect(await matching(opened.ledger, { createdFrom: at(2) })).toEqual(['b', 'c'])
    expect(await matching(opened.ledger, { createdBefore: at(2) })).toEqual(['a'])
    expect(await matching(opened.ledger, { createdFrom: at(1), createdBefore: at(3) })).toEqual(['a', 'b'])
  })

  test.for([
    ['in any case', 'mUG', 'Blue MUG', 'Cup'],
    ['in any case, in any script', 'ЧАШКА', 'синяя чашка', 'кружка'],
    ['in any case, with an accent', 'É', 'café', 'cafe'],
    ['composed or not', 'cafe\u0301', 'CAFÉ', 'cafe'],
    ['of a word that goes on, in Greek', 'ΟΔΟΣ', 'οδοσα', 'οδοι'],
    ['at the end of a word, in Greek', 'οδος', 'ΟΔΟΣ', 'οδοι'],
    ['with a percent sign, which stands for nothing else', '50%', 'now 50% off', '500 mugs'],
    ['with an underscore, which stands for nothing else', 'a_b', 'A_B.png', 'axb.png'],
    ['with a backslash, which stands for nothing else', String.raw`c:\mug`, String.raw`C:\Mugs`, 'c:mug'],
    ['with quotes', `'"`, `a '"b`, `a"'b`],
    ['beyond the first plane', '🫖', 'tea 🫖 time', 'tea 🍵 time'],
  ] as const)('takes a part of the name %s', async ([, part, name, other]) => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('QUEUED', { id: 'match', name }), null)
    await opened.ledger.adopt(aJob('QUEUED', { id: 'other', name: other }), null)
    await opened.ledger.adopt(aJob('QUEUED', { id: 'nameless' }), null)
    expect(await matching(opened.ledger, { nameContains: part })).toEqual(['match'])
  })

  test('finds a job by the name that it has by now', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('QUEUED', { name: 'Mug' }), null)
    await opened.ledger.update(aJob('QUEUED', { name: 'Cup', revision: 1 }), null)
    expect(await matching(opened.ledger, { nameContains: 'mug' })).toEqual([])
    expect(await matching(opened.ledger, { nameContains: 'cup' })).toEqual(['job-1'])
  })
})

describe.each(databases)('a page of a long list on $name', ({ open }) => {
  const manyJobs = `
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into jobs (tenant, id, account, revision, status, credits_charged, created_at, deleted)
    select 'tenant-' || (i % 5), 'job-' || i, 'server', 0, 'QUEUED', 5, 1000 * i, 0 from n`

  test('is read from the index alone and not sorted', async () => {
    await using opened = await open()
    await opened.query(manyJobs)
    await opened.query('analyze')
    const { database, statements } = recordStatements(opened.database)
    const ledger = createLedger(database, createHub())
    for (const direction of ['forward', 'backward'] as const) {
      for (const from of [null, { createdAt: new Date(2_500_000), id: 'job-2500' }])
        expect(await ids(ledger, { direction, from })).toHaveLength(3)
    }
    expect(statements).toHaveLength(4)
    for (const statement of statements) {
      const plan = await opened.planOf(statement)
      expect(plan).toContain('jobs_list')
      expect(plan).not.toMatch(/sort|temp b-tree/i)
      if (statement.parameters.length > 2)
        expect(plan).toMatch(/\(created_at,id\)[<>]\(\?,\?\)|ROW\(created_at, id\) [<>] ROW/)
    }
  })

  test.for([
    [['ERROR'], ['job-4600', 'job-4100', 'job-3600']],
    [
      ['QUEUED', 'CANCELED', 'ERROR'],
      ['job-4900', 'job-4600', 'job-4100'],
    ],
  ] as const)(
    'of statuses that few jobs have, %j, is read from their own place in an index',
    async ([statuses, found]) => {
      await using opened = await open()
      await opened.query(manyJobs)
      await opened.query(`update jobs set status = case
      when created_at % 500000 = 100000 then 'ERROR' when created_at = 4900000 then 'CANCELED' else 'COMPLETE' end`)
      await opened.query('analyze')
      const { database, statements } = recordStatements(opened.database)
      const ledger = createLedger(database, createHub())
      const listed = await ledger.list('tenant-0', { ...firstPage, filter: { ...everything, statuses } })
      expect(listed.map(({ id }) => id)).toEqual(found)
      expect(statements).toHaveLength(1)
      for (const statement of statements) {
        const plan = await opened.planOf(statement)
        expect(plan).toContain('jobs_by_status')
        expect(plan).not.toContain('jobs_list')
      }
    },
  )

  test('of statuses that few jobs have goes on where the page before ended, forwards and backwards', async () => {
    await using opened = await open()
    await opened.query(manyJobs)
    await opened.query(`update jobs set status = case
      when created_at % 500000 = 101000 then 'ERROR' when created_at % 600000 = 1000 then 'CANCELED' else 'COMPLETE' end`)
    const page: JobPage = { ...firstPage, filter: { ...everything, statuses: ['ERROR', 'CANCELED'] } }
    const all = await ids(opened.ledger, { ...page, limit: 100 })
    expect(all).toHaveLength(17)
    expect(await walk(opened.ledger, page)).toEqual(all)
    expect(await walk(opened.ledger, { ...page, direction: 'backward' })).toEqual(all)
  })
})
