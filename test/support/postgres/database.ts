import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { request } from 'undici'
import { inject } from 'vitest'

/** A row by column name. */
export type Row = Record<string, unknown>

/** A database that nobody else knows. Disposing of it drops it, whoever is still connected. */
export interface TestDatabase extends AsyncDisposable {
  /** `postgres://…`, as a superuser, without a password. */
  readonly url: string
  /** Runs one statement on a connection of its own, which may write even while the database is read-only. */
  query(sql: string, params?: readonly unknown[]): Promise<readonly Row[]>
  /** Ends all connections to the database. Resolves when they are gone. */
  terminateConnections(): Promise<void>
  /** Makes each connection that is opened from now on read-only, as on a standby; those that are open stay as they are. */
  setReadOnly(on: boolean): Promise<void>
  /** Refuses each connection that is opened from now on, or takes them again; those that are open stay as they are. */
  setReachable(on: boolean): Promise<void>
}

/** Creates an empty database on the server of this test run. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const serverUrl = await askForServer()
  const name = `test_${randomBytes(8).toString('hex')}`
  const url = new URL(name, serverUrl).href
  const administer = (sql: string, params: readonly unknown[] = []): Promise<readonly Row[]> =>
    run(serverUrl, sql, params)
  // Copying the files of the template takes a third of the time that the default, to go through the log, takes.
  await administer(`CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`)
  return {
    url,
    query: (sql, params = []) => run(url, sql, params),
    terminateConnections: async () => {
      await administer('SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1', [name])
    },
    setReadOnly: async (on) => {
      await administer(`ALTER DATABASE ${name} SET default_transaction_read_only = ${on ? 'on' : 'off'}`)
    },
    setReachable: async (on) => {
      await administer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${on}`)
    },
    [Symbol.asyncDispose]: async () => {
      await administer(`DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

const askForServer = async (): Promise<string> => {
  const { statusCode, body } = await request(inject('postgresLauncher'))
  const text = await body.text()
  if (statusCode !== 200) throw new TypeError(text)
  return text
}

const run = async (url: string, sql: string, params: readonly unknown[]): Promise<readonly Row[]> => {
  const client = new Client({ connectionString: url, options: '-c default_transaction_read_only=off' })
  await client.connect()
  try {
    const { rows } = await client.query<Row>(sql, [...params])
    return rows
  } finally {
    await client.end()
  }
}
