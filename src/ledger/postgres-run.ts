import { DatabaseError, type Pool, type PoolClient } from 'pg'
import type { Database } from './database.ts'
import type { BoundStatement, Outcome } from './statement.ts'

/**
 * Makes the runner of statements: on a connection of the pool, each prepared where it is first seen; what is written as one goes out
 * as one, without waiting for the answers in between.
 */
export const createRun =
  (pool: Pool): Database['run'] =>
  async (statement, before = []) => {
    const client = await pool.connect()
    let isDoubtful = false
    try {
      return before.length === 0 ? await send(client, statement) : await sendTogether(client, statement, before)
    } catch (error) {
      // What the database does later with a statement that it has not answered would befall whoever has the connection next; and
      // what it cannot run any more as it was prepared, it can run on a new connection.
      isDoubtful = !(error instanceof DatabaseError) || stale.has(error.code ?? '')
      throw error
    } finally {
      client.release(isDoubtful)
    }
  }

/** «Cached plan must not change result type», «prepared statement does not exist» (postgresql.org, errcodes). */
const stale: ReadonlySet<string> = new Set(['0A000', '26000'])

const send = async <R>(client: PoolClient, { text, parameters, name, row }: BoundStatement<R>): Promise<Outcome<R>> => {
  const query = { text, values: [...parameters], ...(name !== null && { name }) }
  const { rows, rowCount } = await client.query<Record<string, unknown>>(query)
  return { rows: rows.map((found) => row.parse(found)), changes: rowCount ?? 0 }
}

const sendTogether = async <R>(
  client: PoolClient,
  statement: BoundStatement<R>,
  before: readonly BoundStatement<unknown>[],
): Promise<Outcome<R>> => {
  const begun = client.query('begin')
  const earlier = before.map((one) => send(client, one))
  const last = send(client, statement)
  // Where one of them failed, the database makes a rollback of it.
  const ended = client.query('commit')
  const settled = await Promise.allSettled([begun, ...earlier, last, ended])
  const errors = settled.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
  // A connection that broke says more than what the database said before: nobody knows how it ended.
  const [error] = errors.toSorted((a, b) => Number(a instanceof DatabaseError) - Number(b instanceof DatabaseError))
  if (errors.length > 0) throw error
  const [{ rows, changes }, outcomes] = [await last, await Promise.all(earlier)]
  return { rows, changes: outcomes.reduce((sum, one) => sum + one.changes, changes) }
}
