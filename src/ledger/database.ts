import type { Kysely } from 'kysely'
import type { BoundStatement, Outcome } from './statement.ts'
import type { Tables } from './tables.ts'

/** What the two databases differ in, besides how they are opened. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  readonly db: Kysely<Tables>
  /**
   * Runs a statement; resolves once what it wrote is durable. SQLite writes what came together as one commit.
   *
   * @param before run before it, all as one: all or none of them
   * @returns the rows of the statement itself; how many were written, by all of them
   */
  readonly run: <R>(statement: BoundStatement<R>, before?: readonly BoundStatement<unknown>[]) => Promise<Outcome<R>>
  close(): Promise<void>
}

/** The database cannot be used as it is. In words for whoever runs the program. */
export class DatabaseRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DatabaseRefused'
  }
}
