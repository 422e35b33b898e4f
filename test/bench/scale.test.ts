import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { endedChildrenCpuMsIn } from '../../bench/postgres/tree-cpu.ts'
import { canceledRows, fillStatements } from '../../bench/scale/fill.ts'
import type { Life } from '../../bench/scale/life.ts'
import { WrongOption, readOptions } from '../../bench/scale/options.ts'
import { type Results, reportOf } from '../../bench/scale/report.ts'
import { passedThroughTenant } from '../../bench/scale/wire.ts'
import type { JobFilter } from '../../src/domain/ledger.ts'
import { createHub } from '../../src/events/hub.ts'
import type { Database } from '../../src/ledger/database.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openPostgres } from '../../src/ledger/postgres.ts'
import { toDatabase } from '../../src/ledger/sqlite.ts'
import { createTestDatabase } from '../support/postgres/database.ts'

const rows = 100
const anyJob: JobFilter = { statuses: null, createdFrom: null, createdBefore: null, nameContains: null }

const countsIn = async (database: Database): Promise<readonly number[]> => {
  const ledger = createLedger(database, createHub())
  const page = { direction: 'forward', limit: rows + 1, from: null } as const
  const all = await ledger.list(passedThroughTenant, { ...page, filter: anyJob })
  const canceled = await ledger.list(passedThroughTenant, { ...page, filter: { ...anyJob, statuses: ['CANCELED'] } })
  const submissions = await database.db.selectFrom('submissions').select('id').execute()
  return [all.length, canceled.length, new Set(submissions.map(({ id }) => id)).size]
}

describe('the tables that lists are measured over', () => {
  test('hold jobs and submissions as the program reads them, on SQLite', async () => {
    const file = new DatabaseSync(':memory:')
    const database = toDatabase(file)
    await migrate(database)
    for (const statement of fillStatements('sqlite', rows)) file.exec(statement)
    expect(await countsIn(database)).toEqual([rows, canceledRows, rows])
    await database.close()
  })

  test('hold jobs and submissions as the program reads them, on PostgreSQL', async () => {
    await using server = await createTestDatabase()
    const database = openPostgres({ url: server.url, onConnectionLost: () => undefined })
    await migrate(database)
    for (const statement of fillStatements('postgres', rows)) await server.query(statement)
    expect(await countsIn(database)).toEqual([rows, canceledRows, rows])
    await database.close()
  })
})

const aLife = (overrides: Partial<Life>): Life => ({
  database: 'postgres',
  following: 'lookups',
  replicas: 1,
  slices: [{ jobs: 100, cpuMs: 200, databaseCpuMs: 100, gets: 300, events: 0 }],
  rssBytes: 104_857_600,
  bytesEach: 2_500,
  ...overrides,
})

const someResults = (overrides: Partial<Results>): Results => ({
  machine: {
    cpu: 'A processor',
    cores: 2,
    system: 'Linux 6',
    node: '24.0.0',
    pinned: { server: 0, load: 1, stub: 1 },
    date: '2026-01-31',
    loadBefore: 0.02,
    isLedgerInMemory: false,
  },
  plan: readOptions([]).plan,
  lives: [],
  rests: [],
  waiting: null,
  changes: [],
  commits: [],
  lists: [],
  ...overrides,
})

describe('the report of what scaling costs', () => {
  const nobody = aLife({
    following: 'nobody',
    slices: [{ jobs: 100, cpuMs: 150, databaseCpuMs: 80, gets: 0, events: 0 }],
  })

  test('gives what a job takes, and what of it are the look-ups', () => {
    const page = reportOf(someResults({ lives: [aLife({}), nobody] }))
    expect(page).toContain(
      '| looked up until complete, nobody waits | PostgreSQL | 2.00 ms (2.00–2.00) | 1.00 ms (1.00–1.00) | 3.00 | 0.00 | 100 MiB | 2.50 kB |',
    )
    expect(page).toContain('| the look-ups | PostgreSQL | 0.50 ms | 0.20 ms |')
  })

  test('tells how many jobs a day are carried, if a tenth of them come in the busiest hour', () => {
    expect(reportOf(someResults({ lives: [aLife({})] }))).toContain(
      '| looked up until complete, nobody waits | PostgreSQL | 9,000,000 |',
    )
  })

  test('compares two replicas with one by ratios', () => {
    const two = aLife({
      replicas: 2,
      slices: [{ jobs: 100, cpuMs: 250, databaseCpuMs: 100, gets: 300, events: 0 }],
    })
    const page = reportOf(someResults({ lives: [aLife({}), two] }))
    expect(page).toContain('| CPU of the gateways | 2.00 ms | 2.50 ms | 1.25 |')
    expect(page).toContain('| GETs at Magic Hour | 3.00 | 3.00 | 1.00 |')
  })

  test('compares a large table with a small one by ratios', () => {
    const few = { p50Ms: 2, cpuMs: 1, databaseCpuMs: 1 }
    const many = { p50Ms: 3, cpuMs: 1, databaseCpuMs: 2 }
    const figures = [{ database: 'postgres', question: 'deep', rounds: [{ few, many }] }] as const
    const page = reportOf(someResults({ lists: [{ database: 'postgres', figures, bytesEach: 2_270 }] }))
    expect(page).toContain('| PostgreSQL | 2.00 ms | 3.00 ms | 1.50 (1.50–1.50) | 1.50 (1.50–1.50) |')
    expect(page).toContain('| PostgreSQL | 2.27 kB | 2.27 GB |')
  })
})

describe('the options of the measurement', () => {
  test('write the page only when everything is measured in full', () => {
    expect(readOptions([]).writes).toBe(true)
    expect(readOptions(['--quick']).writes).toBe(false)
    expect(readOptions(['--only', 'lists'])).toMatchObject({ writes: false, only: ['lists'] })
  })

  test.each([['--only', 'rust'], ['--fast']])('are refused when they mean nothing: %s %s', (...args) => {
    expect(() => readOptions(args)).toThrow(WrongOption)
  })
})

test('the time of a process’s ended children is read past a name that holds anything', () => {
  expect(endedChildrenCpuMsIn('42 (a) b (c)) S 1 1 1 0 -1 4194304 10 0 0 0 150 25 30 5 20 0 11 0')).toBe(350)
})
