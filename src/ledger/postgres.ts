import { Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolConfig, types } from 'pg'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

interface PostgresOptions {
  readonly url: string
  /** Told of connections that broke while nobody used them: the pool makes new ones. */
  readonly onConnectionLost: (error: Error) => void
}

/** More than a process of this program can keep busy; the database's own limit is shared by all replicas. */
const maxConnections = 10

/** A database that does not answer must not hold a mutation for ever: it is refused before anything is paid. */
const answerTimeoutMs = 10_000

/** Opens the PostgreSQL database that any number of replicas share. Nothing is sent before the first statement. */
export const openPostgres = ({ url, onConnectionLost }: PostgresOptions): Database => {
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
    application_name: 'magic-hour-graphql',
    types: withNumbers,
  })
  pool.on('error', onConnectionLost)
  // One that breaks while it is used fails its statement. The pool does not listen to it then, and an error that nobody
  // hears would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    kind: 'postgres',
    db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    close: () => pool.end(),
  }
}

/** Times and counts are whole numbers far below 2^53; the driver would hand them out as texts. */
const withNumbers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : parserOf(oid, format)),
}

const parserOf = (oid: number, format: 'text' | 'binary' | undefined): unknown =>
  format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text')
