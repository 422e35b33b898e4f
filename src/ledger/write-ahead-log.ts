import { closeSync, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Sync } from './sqlite-commits.ts'

/** The file that SQLite's commits are in first, beside its own handle of it. */
export interface WriteAheadLog {
  /** Brings to disk what was committed, away from the event loop, and resolves then. */
  readonly sync: Sync
  close(): void
}

const fileSync = promisify(fdatasync)

/**
 * Opens the write-ahead log of a database that is open. A commit with `synchronous = full` is one with `normal`, and then the log is
 * brought to disk (sqlite.org/wal.html, «Performance Considerations»); only that SQLite holds up the event loop for it.
 *
 * @param path of the database
 */
export const openLog = (path: string): WriteAheadLog => {
  // Windows lets only one who may write do it.
  const file = openSync(`${path}-wal`, 'r+')
  return { sync: () => fileSync(file), close: () => closeSync(file) }
}
