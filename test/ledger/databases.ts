import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, type KyselyPlugin, type QueryId } from 'kysely'
import { afterAll } from 'vitest'
import type { Ledger } from '../../src/domain/ledger.ts'
import { type Hub, createHub } from '../../src/events/hub.ts'
import type { Database } from '../../src/ledger/database.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openPostgres } from '../../src/ledger/postgres.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { BoundStatement } from '../../src/ledger/statement.ts'
import { type Row, createTestDatabase } from '../support/postgres/database.ts'

/** A ledger over a database of its own, whose tables are up to date. */
export interface TestLedger extends AsyncDisposable {
  readonly database: Database
  readonly ledger: Ledger
  readonly hub: Hub
  /** Another replica's ledger, over connections of its own. On SQLite, which serves one process, it is the same. */
  readonly replica: Ledger
  /** Runs one statement. */
  query(sql: string, params?: readonly unknown[]): Promise<readonly Row[]>
  /** How the database would run a statement, in its own words. */
  planOf(statement: RecordedStatement): Promise<string>
}

/** A folder of its own. Disposing of it removes it. */
export const temporaryFolder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'ledger-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/** Opens a PostgreSQL database as a replica does. Nobody is told of connections that break while they are idle. */
export const openReplica = (url: string): Database => openPostgres({ url, onConnectionLost: () => undefined })

const openSqliteLedger = async (): Promise<TestLedger> => {
  const folder = await temporaryFolder()
  const database = openSqlite(folder.path)
  await migrate(database)
  const hub = createHub()
  const ledger = createLedger(database, hub)
  return {
    database,
    ledger,
    hub,
    replica: ledger,
    query: (sql, params) => run(database, sql, params),
    planOf: planWith(database, 'explain query plan'),
    [Symbol.asyncDispose]: async () => {
      await database.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const openPostgresLedger = async (): Promise<TestLedger> => {
  const server = await createTestDatabase()
  const [database, other] = [openReplica(server.url), openReplica(server.url)]
  await migrate(database)
  const hub = createHub()
  return {
    database,
    ledger: createLedger(database, hub),
    hub,
    replica: createLedger(other, createHub()),
    query: (sql, params) => run(database, sql, params),
    planOf: planWith(database, 'explain'),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([database.close(), other.close()])
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Runs one statement on a database. */
export const run = async ({ db }: Database, sql: string, params: readonly unknown[] = []): Promise<readonly Row[]> => {
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(sql, [...params]))
  return rows
}

const planWith =
  (database: Database, explain: string): TestLedger['planOf'] =>
  async ({ sql, parameters }) =>
    JSON.stringify(await run(database, `${explain} ${sql}`, parameters))

/**
 * The databases that the program runs on, for one test file. `open` gives an empty one of its own to one test at a time. On
 * PostgreSQL it is one that a test before has used and that is emptied: to make one takes ten times as long as most tests.
 */
export const testDatabases = () => {
  let postgres: Promise<TestLedger> | null = null
  afterAll(async () => {
    await (await postgres)?.[Symbol.asyncDispose]()
  })
  const reopenPostgres = async (): Promise<TestLedger> => {
    postgres ??= openPostgresLedger()
    const opened = await postgres
    for (const table of ['submissions', 'jobs', 'kept_events']) await opened.query(`delete from ${table}`)
    return { ...opened, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  return [
    { name: 'SQLite', open: openSqliteLedger, openAlone: openSqliteLedger },
    { name: 'PostgreSQL', open: reopenPostgres, openAlone: openPostgresLedger },
  ] as const
}

interface RecordedStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** The same database, and every statement that is run through it from now on. */
export const recordStatements = (database: Database): { database: Database; statements: RecordedStatement[] } => {
  const statements: RecordedStatement[] = []
  const built = new WeakMap<QueryId, RecordedStatement>()
  const plugin: KyselyPlugin = {
    // Also called for those that are only compiled, to be run later.
    transformQuery: ({ node, queryId }) => {
      built.set(queryId, database.db.getExecutor().compileQuery(node, queryId))
      return node
    },
    transformResult: ({ queryId, result }) => {
      const statement = built.get(queryId)
      if (statement !== undefined) statements.push(statement)
      return Promise.resolve(result)
    },
  }
  const record = ({ text, parameters }: BoundStatement<unknown>): number => statements.push({ sql: text, parameters })
  const run: Database['run'] = (statement) => {
    record(statement)
    return database.run(statement)
  }
  const writeTogether: Database['writeTogether'] = (together) => {
    for (const statement of together) record(statement)
    return database.writeTogether(together)
  }
  return { database: { ...database, db: database.db.withPlugin(plugin), run, writeTogether }, statements }
}
