import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** What the two databases differ in, besides how they are opened. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  readonly db: Kysely<Tables>
  close(): Promise<void>
}

/** The database cannot be used as it is. In words for whoever runs the program. */
export class DatabaseRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DatabaseRefused'
  }
}
