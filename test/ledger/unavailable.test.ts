import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Ledger } from '../../src/domain/ledger.ts'
import { createHub } from '../../src/events/hub.ts'
import type { Database } from '../../src/ledger/database.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openSqlite, toDatabase } from '../../src/ledger/sqlite.ts'
import { aCaller, aJob, aState, aSubmission } from '../support/builders.ts'
import { submittingOver } from '../support/ledger.ts'
import { type TestDatabase, createTestDatabase } from '../support/postgres/database.ts'
import { createTestClock } from '../support/test-clock.ts'
import { openReplica, run, temporaryFolder } from './databases.ts'

const now = new Date('2026-01-01T00:00:00Z')
const claim = { owner: 'one', now, until: now, limit: 1 }
const finished = { owner: 'one', now, answeredAt: now, dueAt: { watched: null, unwatched: null } }
const filter = { statuses: null, createdFrom: null, createdBefore: null, nameContains: null }

/** Each method of the ledger, called in a way that needs the database. */
const calls: Record<keyof Ledger, (ledger: Ledger) => Promise<unknown>> = {
  begin: (ledger) => ledger.begin(aSubmission({ idempotencyKey: 'order-7' })),
  findSubmission: (ledger) => ledger.findSubmission('one'),
  findSubmissionByKey: (ledger) => ledger.findSubmissionByKey('tenant-1', 'order-7'),
  findOpenSubmissions: (ledger) => ledger.findOpenSubmissions({ name: 'Mug', token: null, startedSince: now }),
  hasOpenSubmissions: (ledger) => ledger.hasOpenSubmissions(new Date(0)),
  renew: (ledger) => ledger.renew('one', now),
  accept: (ledger) => ledger.accept('one', aJob(), now),
  doubt: (ledger) => ledger.doubt('one'),
  doubtExpired: (ledger) => ledger.doubtExpired(now),
  discard: (ledger) => ledger.discard('one'),
  abandon: (ledger) => ledger.abandon('one'),
  find: (ledger) => ledger.find('tenant-1', ['job-1']),
  findAnywhere: (ledger) => ledger.findAnywhere('job-1'),
  list: (ledger) => ledger.list('tenant-1', { limit: 1, direction: 'forward', from: null, filter }),
  adopt: (ledger) => ledger.adopt(aJob(), now),
  update: (ledger) => ledger.update(aJob('RENDERING', { revision: 1 }), null),
  seenRenders: (ledger) => ledger.seenRenders(1),
  claimDue: (ledger) => ledger.claimDue(['server'], claim),
  claimOne: (ledger) => ledger.claimOne(aJob(), claim),
  release: (ledger) => ledger.release(aJob(), finished),
  watch: (ledger) => ledger.watch(aJob(), now, now),
  keepWatched: (ledger) => ledger.keepWatched([aJob()], now),
  nextDueAt: (ledger) => ledger.nextDueAt(['server'], now),
  keep: (ledger) => ledger.keep(aState(), now),
  kept: (ledger) => ledger.kept('job-1'),
  keptProjects: (ledger) => ledger.keptProjects(),
  placeableProjects: (ledger) => ledger.placeableProjects(),
  endLeases: (ledger) => ledger.endLeases(),
  forget: (ledger) => ledger.forget('job-1'),
  forgetBefore: (ledger) => ledger.forgetBefore(now),
}
const callAll = (ledger: Ledger): Promise<PromiseSettledResult<unknown>[]> =>
  Promise.allSettled(Object.values(calls).map((call) => call(ledger)))
const anyError: unknown = expect.any(Error)
const unavailable = { name: 'LedgerUnavailable', code: 'LEDGER_UNAVAILABLE', cause: anyError }
const withUnavailable: unknown = expect.objectContaining(unavailable)
const refused = { status: 'rejected', reason: withUnavailable }

/** Asks for one job over the ledger. Returns how often it was sent. */
const sentWhenRefused = async (database: Database): Promise<number> => {
  let sent = 0
  const hub = createHub()
  const { submitJob } = submittingOver({
    ledger: createLedger(database, hub),
    hub,
    clock: createTestClock(),
    createImage: () => {
      sent += 1
      return Promise.resolve({ id: 'job-1', creditsCharged: 5, frameCost: null })
    },
  })
  const request = {
    imageFilePath: 'a.png',
    backgroundImageFilePath: null,
    name: 'x'.repeat(100_000),
    idempotencyKey: 'k',
  }
  await expect(submitJob(aCaller(), request)).rejects.toMatchObject(unavailable)
  return sent
}

const openMigrated = async ({ url }: TestDatabase): Promise<Database & AsyncDisposable> => {
  const database = openReplica(url)
  await migrate(database)
  return { ...database, [Symbol.asyncDispose]: () => database.close() }
}

describe('a PostgreSQL that is gone', () => {
  test('fails every method, with what it said as the cause, and serves again when it is back', async () => {
    await using server = await createTestDatabase()
    await using database = await openMigrated(server)
    const ledger = createLedger(database, createHub())
    await server.setReachable(false)
    await server.terminateConnections()
    expect(await callAll(ledger)).toEqual(Object.keys(calls).map(() => refused))
    expect(await sentWhenRefused(database)).toBe(0)
    await server.setReachable(true)
    const served = (await callAll(ledger)).map(({ status }) => status)
    expect(new Set(served)).toEqual(new Set(['fulfilled']))
  })

  test('in the middle of a statement fails that statement, and the program goes on', async () => {
    await using server = await createTestDatabase()
    await using database = await openMigrated(server)
    await using other = await openMigrated(server)
    const ledger = createLedger(database, createHub())
    await ledger.adopt(aJob(), null)
    await other.db.transaction().execute(async (tx) => {
      await tx.selectFrom('jobs').select('id').forUpdate().execute()
      const waiting = Promise.allSettled([calls.update, calls.watch].map((call) => call(ledger)))
      await untilWaiting(server, 2)
      await server.query(`select pg_terminate_backend(pid, 10000) ${waitingForLock}`)
      expect(await waiting).toEqual([refused, refused])
    })
    expect(await ledger.findAnywhere('job-1')).toEqual([aJob()])
  })
})

const waitingForLock = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

/** Resolves as soon as so many statements wait for a lock. */
const untilWaiting = async (server: TestDatabase, count: number): Promise<void> => {
  for (;;) {
    const waiting = await server.query(`select pid ${waitingForLock}`)
    if (waiting.length >= count) return
  }
}

describe('a database that cannot be written sends nothing', () => {
  test('when it is a PostgreSQL that is read-only', async () => {
    await using server = await createTestDatabase()
    await using writable = await openMigrated(server)
    await createLedger(writable, createHub()).adopt(aJob(), null)
    await server.setReadOnly(true)
    await using database = { ...openReplica(server.url), [Symbol.asyncDispose]: () => database.close() }
    const ledger = createLedger(database, createHub())
    expect(await ledger.findAnywhere('job-1')).toEqual([aJob()])
    await expect(calls.begin(ledger)).rejects.toMatchObject({ ...unavailable, cause: { code: '25006' } })
    expect(await sentWhenRefused(database)).toBe(0)
  })

  test('when it is a SQLite that is read-only', async () => {
    await using folder = await temporaryFolder()
    const writable = openSqlite(folder.path)
    await migrate(writable)
    await writable.close()
    const database = toDatabase(new DatabaseSync(join(folder.path, 'ledger.sqlite'), { readOnly: true }))
    const ledger = createLedger(database, createHub())
    const cause = { message: 'attempt to write a readonly database' }
    await expect(calls.begin(ledger)).rejects.toMatchObject({ ...unavailable, cause })
    expect(await ledger.findAnywhere('job-1')).toEqual([])
    expect(await sentWhenRefused(database)).toBe(0)
    await database.close()
  })

  test('when it is a SQLite whose disk is full', async () => {
    await using database = await openFullSqlite()
    expect(await sentWhenRefused(database)).toBe(0)
  })
})

const openFullSqlite = async (): Promise<Database & AsyncDisposable> => {
  const database = openSqlite('memory:')
  await migrate(database)
  const [row] = await run(database, 'pragma page_count')
  await run(database, `pragma max_page_count = ${String(row?.['page_count'])}`)
  return { ...database, [Symbol.asyncDispose]: () => database.close() }
}

describe('a SQLite whose disk is full', () => {
  test('says so when a paid job cannot be recorded, and records it when there is room again', async () => {
    await using database = await openFullSqlite()
    const ledger = createLedger(database, createHub())
    const intent = await ledger.begin(aSubmission())
    const job = aJob('QUEUED', { name: 'x'.repeat(100_000) })
    const full = { ...unavailable, cause: { message: 'database or disk is full' } }
    await expect(ledger.accept(intent.id, job, null)).rejects.toMatchObject(full)
    expect(await ledger.findSubmission(intent.id)).toEqual(intent)
    await run(database, 'pragma max_page_count = 10000')
    expect(await ledger.accept(intent.id, job, null)).toEqual(job)
    expect(await ledger.findSubmission(intent.id)).toMatchObject({ outcome: { state: 'ACCEPTED' } })
  })
})
