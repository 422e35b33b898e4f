import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import type { BoundStatement, Outcome } from './statement.ts'

/** A statement that SQLite knows already, prepared when the tables are as they will stay. */
export interface PreparedStatement {
  readonly statement: StatementSync
  /** The names of what it returns, in order; empty: it returns no rows. */
  readonly columns: readonly string[]
}

/** Prepares a statement; the same text gives the same one. */
export type Prepare = (text: string) => PreparedStatement

/** The program has a few dozen statements; only lists of ids of every length make more. */
const maxPrepared = 300

/** @param returnsArrays whether a row comes as an array of its values, or as an object */
export const createPrepare = (
  database: DatabaseSync,
  { returnsArrays }: { readonly returnsArrays: boolean },
): Prepare => {
  const prepared = new Map<string, PreparedStatement>()
  return (text) => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    statement.setReturnArrays(returnsArrays)
    const made = { statement, columns: statement.columns().map(({ name }) => name) }
    if (prepared.size >= maxPrepared) prepared.clear()
    prepared.set(text, made)
    return made
  }
}

/** Runs a statement, and reads what it returned. */
export type RunStatement = <R>(statement: BoundStatement<R>) => Outcome<R>

/**
 * An object that Node makes for a row, or for what a write came to, has a hidden class to itself: V8 puts it into the old generation
 * at once, and reads such objects slowly. So a row comes as an array, and a write is asked for afterwards.
 */
export const createRunStatement = (database: DatabaseSync): RunStatement => {
  const prepare = createPrepare(database, { returnsArrays: true })
  const changes = database.prepare('select changes()')
  changes.setReturnArrays(true)
  return ({ text, parameters, row }) => {
    const { statement, columns } = prepare(text)
    const found: readonly unknown[] = statement.all(...parameters)
    if (columns.length === 0) return { rows: [], changes: count.parse(changes.get())[0] }
    return { rows: found.map((values) => row.parse(toRow(columns, values))), changes: found.length }
  }
}

const count = z.tuple([z.int()])

const toRow = (columns: readonly string[], values: unknown): unknown => {
  if (!Array.isArray(values)) return values
  const row: Record<string, unknown> = {}
  columns.forEach((name, index) => {
    row[name] = values[index]
  })
  return row
}
