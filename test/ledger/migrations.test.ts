import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Database } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { Tables } from '../../src/ledger/tables.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { openReplica, run, temporaryFolder } from './databases.ts'

const all = ['001-jobs', '002-notices', '003-rare-statuses']
const tables = ['jobs', 'kept_events', 'kysely_migration', 'kysely_migration_lock', 'submissions']

interface EmptyDatabase extends AsyncDisposable {
  /** Opens it once more; on SQLite the one time. Closed with the rest. */
  open(): Database
}

const emptySqlite = async (): Promise<EmptyDatabase> => {
  const folder = await temporaryFolder()
  const database = openSqlite(folder.path)
  return {
    open: () => database,
    [Symbol.asyncDispose]: async () => {
      await database.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const emptyPostgres = async (): Promise<EmptyDatabase> => {
  const server = await createTestDatabase()
  const opened: Database[] = []
  return {
    open: () => {
      const database = openReplica(server.url)
      opened.push(database)
      return database
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((database) => database.close()))
      await server[Symbol.asyncDispose]()
    },
  }
}

const tablesOf = async ({ db }: Database): Promise<string[]> =>
  (await db.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name).toSorted()
const migrationsOf = async (database: Database): Promise<unknown[]> =>
  (await run(database, 'select name from kysely_migration order by name')).map((row) => row['name'])

describe.each([
  { name: 'SQLite', empty: emptySqlite },
  { name: 'PostgreSQL', empty: emptyPostgres },
])('the tables on $name', ({ empty }) => {
  test('are made in an empty database', async () => {
    await using database = await empty()
    const opened = database.open()
    expect(await migrate(opened)).toEqual(all)
    expect(await tablesOf(opened)).toEqual(tables)
    expect(await migrationsOf(opened)).toEqual(all)
  })

  test('stay as they are when they are up to date', async () => {
    await using database = await empty()
    const opened = database.open()
    await migrate(opened)
    await run(opened, `insert into kept_events values ('job-1', 'QUEUED', 1, 'Mug', '{}')`)
    expect(await migrate(opened)).toEqual([])
    expect(await run(opened, 'select project_id from kept_events')).toEqual([{ project_id: 'job-1' }])
  })

  test('are made once when ten begin at the same moment', async () => {
    await using database = await empty()
    const made = await Promise.all(Array.from({ length: 10 }, () => migrate(database.open())))
    expect(made.flat().toSorted()).toEqual(all)
    expect(await tablesOf(database.open())).toEqual(tables)
    expect(await migrationsOf(database.open())).toEqual(all)
  })

  test('of a newer version are refused in words that say so, and are left untouched', async () => {
    await using database = await empty()
    const opened = database.open()
    await migrate(opened)
    await run(opened, `update kysely_migration set name = '999-future' where name = '003-rare-statuses'`)
    await expect(migrate(opened)).rejects.toThrow(/newer than this program.*«999-future».*newer one/)
    expect(await migrationsOf(opened)).toEqual(['001-jobs', '002-notices', '999-future'])
  })

  test('of somebody else are left alone', async () => {
    await using database = await empty()
    const opened = database.open()
    await run(opened, 'create table jobs (theirs integer)')
    await expect(migrate(opened)).rejects.toThrow(/cannot be used: .*jobs.*already exists/)
    expect(await run(opened, 'select theirs from jobs')).toEqual([])
    expect(await migrationsOf(opened)).toEqual([])
  })
})

describe('a PostgreSQL that cannot be reached', () => {
  /** What Node says when a name has several addresses and none of them answers: an error without words of its own. */
  class UnreachableDriver extends DummyDriver {
    override acquireConnection(): Promise<never> {
      return Promise.reject(new AggregateError([new TypeError('connect ECONNREFUSED ::1:5432')]))
    }
  }

  test('is refused in words that name the address', async () => {
    const db = new Kysely<Tables>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new UnreachableDriver(),
        createIntrospector: (within) => new PostgresIntrospector(within),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    })
    const refused = migrate({ kind: 'postgres', db })
    await expect(refused).rejects.toThrow('ECONNREFUSED ::1:5432')
  })
})
