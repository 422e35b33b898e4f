import { Kysely, PostgresDialect, type PostgresCursor, type PostgresPoolClient, type PostgresQueryResult } from 'kysely'
import { DatabaseError, Pool, type PoolClient, type PoolConfig, types } from 'pg'
import type { Database } from './database.ts'
import { createRun } from './postgres-run.ts'
import { createSockets } from './postgres-sockets.ts'
import type { Tables } from './tables.ts'

interface PostgresOptions {
  readonly url: string
  /** Told of connections that broke while nobody used them: the pool makes new ones. */
  readonly onConnectionLost: (error: Error) => void
  /** How long it may take to connect, in milliseconds; and a statement, unless something else is said. Default: 10 000. */
  readonly answerTimeoutMs?: number
  /** How long a statement may take, in milliseconds. Default: as long as to connect. */
  readonly longestStatementMs?: number
}

/** More than a process of this program can keep busy; the database's own limit is shared by all replicas. */
const maxConnections = 10

/** A database that does not answer must not hold a mutation for ever: it is refused before anything is paid. */
const defaultAnswerTimeoutMs = 10_000

/** Opens the PostgreSQL database that any number of replicas share. Nothing is sent before the first statement. */
export const openPostgres = ({
  url,
  onConnectionLost,
  answerTimeoutMs = defaultAnswerTimeoutMs,
  longestStatementMs = answerTimeoutMs,
}: PostgresOptions): Database => {
  const sockets = createSockets()
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: longestStatementMs,
    // The database gives up before we do, so that its word and ours agree wherever the network still carries one.
    statement_timeout: longestStatementMs * 0.8,
    idle_in_transaction_session_timeout: longestStatementMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'magic-hour-graphql',
    types: withNumbers,
    stream: sockets.open,
  })
  pool.on('error', onConnectionLost)
  // One that breaks while it is used fails its statement. The pool does not listen to it then, and an error that nobody
  // hears would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const connect = async (): Promise<PostgresPoolClient> => usedOnce(await pool.connect())
  return {
    kind: 'postgres',
    ...createRun(pool),
    db: new Kysely<Tables>({
      dialect: new PostgresDialect({ pool: { connect, end: () => pool.end(), options: pool.options } }),
    }),
    close: () => sockets.closeAfter(pool.end()),
  }
}

/**
 * A connection that is thrown away, and not given back to the pool, once a statement failed without the database having said so:
 * what the database does with the statement later (a `begin` left open, above all) would befall whoever has the connection next.
 */
const usedOnce = (pooled: PoolClient): PostgresPoolClient => {
  const client: PostgresPoolClient = pooled
  let isDoubtful = false
  function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query<R>(text: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    if (typeof text !== 'string') return client.query(text)
    return client.query<R>(text, parameters).catch((error: unknown) => {
      isDoubtful ||= !(error instanceof DatabaseError)
      throw error
    })
  }
  return { query, release: (destroy) => pooled.release(destroy === true || isDoubtful) }
}

/** Times and counts are whole numbers far below 2^53; the driver would hand them out as texts. */
const withNumbers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : parserOf(oid, format)),
}

const parserOf = (oid: number, format: 'text' | 'binary' | undefined): unknown =>
  format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text')
