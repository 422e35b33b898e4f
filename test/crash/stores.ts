import { watch } from 'node:fs/promises'
import { Client } from 'pg'
import type { Ledger } from '../../src/domain/ledger.ts'
import { createHub } from '../../src/events/hub.ts'
import type { Database } from '../../src/ledger/database.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import { openReplica, run, temporaryFolder } from '../ledger/databases.ts'
import { createTestDatabase } from '../support/postgres/database.ts'

/** A database that outlives the processes that use it. */
export interface Store extends AsyncDisposable {
  /** How many processes can use it at once, here. */
  readonly replicas: number
  /** The settings by which the program finds it. */
  readonly environment: Readonly<Record<string, string>>
  /** Resolves when something is next written: an intent, or an answer. May never resolve once the signal aborts. */
  nextWrite(signal: AbortSignal): Promise<void>
  /** Does something with the ledger itself. Nobody may be serving. */
  prepare(work: (ledger: Ledger) => Promise<void>): Promise<void>
  /** Moves the time on for those who are dead: what they were sending or looking up has lost its lease. Nobody may be serving. */
  endLeases(): Promise<void>
}

const openSqliteStore = async (): Promise<Store> => {
  const folder = await temporaryFolder()
  return {
    replicas: 1,
    environment: { DATA_DIR: folder.path },
    nextWrite: async (signal) => {
      try {
        for await (const { filename } of watch(folder.path, { signal })) if (filename?.endsWith('-wal') === true) return
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    prepare: (work) => prepare(openSqlite(folder.path), work),
    endLeases: async () => {
      const database = openSqlite(folder.path)
      try {
        // Submissions are left alone: the next process to start knows that nobody else can be sending.
        await run(database, endLookups)
      } finally {
        await database.close()
      }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const openPostgresStore = async (): Promise<Store> => {
  const database = await createTestDatabase()
  await prepare(openReplica(database.url), () => Promise.resolve())
  await database.query(
    `create function written() returns trigger language plpgsql as $$ begin perform pg_notify('written', ''); return null; end $$`,
  )
  await database.query(`create trigger written after insert or update on submissions execute function written()`)
  const listener = new Client(database.url)
  await listener.connect()
  await listener.query('listen written')
  return {
    replicas: 2,
    environment: { DATABASE_URL: database.url },
    nextWrite: () => new Promise((resolve) => void listener.once('notification', () => resolve())),
    prepare: (work) => prepare(openReplica(database.url), work),
    endLeases: async () => {
      await database.query(endLookups)
      await database.query(`update submissions set lease_until = 0 where state = 'SENDING'`)
    },
    [Symbol.asyncDispose]: async () => {
      await listener.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

const prepare = async (database: Database, work: (ledger: Ledger) => Promise<void>): Promise<void> => {
  try {
    await migrate(database)
    await work(createLedger(database, createHub()))
  } finally {
    await database.close()
  }
}

const endLookups = 'update jobs set lease_until = 0 where lease_until is not null'

/** What the program keeps its ledger in. */
export const stores = [
  { name: 'SQLite', open: openSqliteStore, firstStep: 0 },
  { name: 'PostgreSQL', open: openPostgresStore, firstStep: 3 },
] as const
