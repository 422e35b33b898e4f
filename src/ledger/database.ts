import type { Kysely } from 'kysely'
import type { BoundStatement, Outcome } from './statement.ts'
import type { Tables } from './tables.ts'

/** What the two databases differ in, besides how they are opened. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  /** Builds statements, and reads. Migrations alone write by it, before anything is written by `run`. */
  readonly db: Kysely<Tables>
  /** Runs a statement; resolves once what it wrote is durable. SQLite writes what came together as one commit. */
  readonly run: <R>(statement: BoundStatement<R>) => Promise<Outcome<R>>
  /**
   * Writes as one: all of them or none. They may not build on each other, because PostgreSQL shows none of them what another writes.
   *
   * @returns how many rows were written, by all of them
   */
  readonly writeTogether: (statements: readonly BoundStatement<never>[]) => Promise<number>
  close(): Promise<void>
}

/** The database cannot be used as it is. In words for whoever runs the program. */
export class DatabaseRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DatabaseRefused'
  }
}
