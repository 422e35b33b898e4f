import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { z } from 'zod'
import { startPostgres } from '../postgres/server.ts'

/** The databases that a gateway may have. */
export const databases = ['sqlite', 'postgres'] as const
/** One of them. */
export type DatabaseKind = (typeof databases)[number]

/** A database of its own, empty at first. Disposing of it leaves nothing behind. */
export interface Store extends AsyncDisposable {
  readonly kind: DatabaseKind
  /** Those of a gateway that is to use it. */
  readonly settings: Record<string, string>
  /** CPU time of the database's own processes up to now, in milliseconds; 0 where the gateway itself does all. */
  cpuMs(): Promise<number>
  /** Runs these one by one. With SQLite, while no gateway runs. */
  execute(statements: readonly string[]): Promise<void>
  /** What jobs and submissions take on disk, with their indexes. With SQLite, once the gateway has ended. */
  bytes(): Promise<number>
}

/**
 * Makes a database: a folder on disk, or a PostgreSQL.
 *
 * @param core  on which PostgreSQL runs; null: any
 */
export const openStore = (kind: DatabaseKind, core: number | null): Promise<Store> =>
  kind === 'sqlite' ? openFolder() : openServer(core)

const openFolder = async (): Promise<Store> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-scale-'))
  const file = join(dataDir, 'ledger.sqlite')
  return {
    kind: 'sqlite',
    settings: { DATA_DIR: dataDir },
    cpuMs: () => Promise.resolve(0),
    execute: (statements) => {
      using database = new DatabaseSync(file)
      for (const statement of statements) database.exec(statement)
      return Promise.resolve()
    },
    bytes: async () => (await stat(file)).size,
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
  }
}

const sizes = z.tuple([z.object({ bytes: z.coerce.number() })])

const openServer = async (core: number | null): Promise<Store> => {
  const server = await startPostgres(core)
  const query = async (statements: readonly string[]): Promise<unknown[]> => {
    const client = new Client({ connectionString: server.url })
    await client.connect()
    try {
      let rows: unknown[] = []
      for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement))
      return rows
    } finally {
      await client.end()
    }
  }
  return {
    kind: 'postgres',
    settings: { DATABASE_URL: server.url },
    cpuMs: () => server.cpuMs(),
    execute: async (statements) => void (await query(statements)),
    bytes: async () =>
      sizes.parse(
        await query([`select pg_total_relation_size('jobs') + pg_total_relation_size('submissions') as bytes`]),
      )[0].bytes,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
