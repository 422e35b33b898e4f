import { DatabaseError, type Pool, type PoolClient } from 'pg'
import { z } from 'zod'
import type { Database } from './database.ts'
import type { BoundStatement, Outcome, Parameter } from './statement.ts'

/** Makes the runner of statements: on a connection of the pool, each prepared where it is first seen. */
export const createRun = (pool: Pool): Pick<Database, 'run' | 'writeTogether'> => {
  const run: Database['run'] = async (statement) => {
    const client = await pool.connect()
    let isDoubtful = false
    try {
      return await send(client, statement)
    } catch (error) {
      // What the database does later with a statement that it has not answered would befall whoever has the connection next; and
      // what it cannot run any more as it was prepared, it can run on a new connection.
      isDoubtful = !(error instanceof DatabaseError) || stale.has(error.code ?? '')
      throw error
    } finally {
      client.release(isDoubtful)
    }
  }
  const writeTogether: Database['writeTogether'] = async (statements) => {
    const { rows } = await run(asOne(statements))
    return rows.reduce((sum, { written }) => sum + written, 0)
  }
  return { run, writeTogether }
}

/** «Cached plan must not change result type», «prepared statement does not exist» (postgresql.org, errcodes). */
const stale: ReadonlySet<string> = new Set(['0A000', '26000'])

const send = async <R>(client: PoolClient, { text, parameters, name, row }: BoundStatement<R>): Promise<Outcome<R>> => {
  const query = { text, values: [...parameters], ...(name !== null && { name }) }
  const { rows, rowCount } = await client.query<Record<string, unknown>>(query)
  return { rows: rows.map((found) => row.parse(found)), changes: rowCount ?? 0 }
}

const writtenRow = z.object({ written: z.number() })

/** One statement that does what all of them do, in place of a transaction around them: one message, and not one more for each and two for it. */
const asOne = (statements: readonly BoundStatement<never>[]): BoundStatement<z.output<typeof writtenRow>> => {
  const names = statements.map(({ name }) => name)
  const parts: string[] = []
  const parameters: Parameter[] = []
  for (const [index, statement] of statements.entries()) {
    parts.push(`part_${index} as (${withPlacesFrom(parameters.length, statement.text)} returning 1)`)
    parameters.push(...statement.parameters)
  }
  const counts = parts.map((_part, index) => `select count(*) as written from part_${index}`)
  return {
    text: `with ${parts.join(', ')} ${counts.join(' union all ')}`,
    parameters,
    name: names.includes(null) ? null : names.join('_with_'),
    isRead: false,
    row: writtenRow,
  }
}

/** The text with `$1`, `$2` counted from another place on. Values are parameters here, and never part of a text. */
const withPlacesFrom = (first: number, text: string): string =>
  text.replace(/\$(\d+)/g, (_place, number: string) => `$${first + Number(number)}`)
