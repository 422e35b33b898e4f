import type { DatabaseSync } from 'node:sqlite'
import type { SqliteFiles } from './sqlite-files.ts'

/** After so many units the log is copied: some MB, which takes one or two milliseconds. */
const unitsInLog = 500

/** Keeps what SQLite commits from a loss of power, with the event loop free while the disk works. */
export interface Checkpoints {
  /** Runs what commits to the log. */
  readonly commit: <T>(work: () => T) => T
  /**
   * Makes durable what was committed.
   *
   * @throws what the disk said; nothing that is written from now on can be trusted then
   */
  readonly settle: () => Promise<void>
  /**
   * Copies the log into the database where there is enough of it. Nothing may be written until it is over.
   *
   * @param units were committed, and are durable
   * @throws what the disk said; nothing may be written any more then
   */
  readonly copyLog: (units: number) => Promise<void>
}

/** For a database in memory, which has no log. */
export const noCheckpoints: Checkpoints = {
  commit: (work) => work(),
  settle: () => Promise.resolve(),
  copyLog: () => Promise.resolve(),
}

/**
 * SQLite waits for the disk after a commit (with `synchronous = full`), before and after it copies the log into the database, and where it
 * begins the log anew, whose header must be there before what follows (sqlite.org/wal.html), and holds up the event loop each
 * time. Here it is told not to wait, and all of it is waited for in the same order: the log; the database; then, in place of the new
 * header, that the old one is gone. So whatever a loss of power leaves, the database and a log that fits it are on disk.
 *
 * From the first commit on SQLite does not copy by itself until it is closed, and nobody else may write while the disk is waited for.
 */
export const createCheckpoints = (database: DatabaseSync, files: SqliteFiles): Checkpoints => {
  let units = 0
  let copiesItself = true
  let wasCleared = false

  const commit = <T>(work: () => T): T => {
    if (copiesItself && database.isOpen) database.exec('pragma wal_autocheckpoint = 0')
    copiesItself = false
    // The header of a new file is waited for by SQLite, with the entry of its folder.
    return wasCleared && database.isOpen ? withoutWaiting(database, work) : work()
  }

  const settle = (): Promise<void> =>
    files.syncLog().catch((error: unknown) => {
      saveLog(database, error)
      return files.syncLog()
    })

  const copyLog = async (more: number): Promise<void> => {
    units += more
    if (units < unitsInLog) return
    units = 0
    try {
      if (!withoutWaiting(database, () => isCopied(database))) return
      await files.syncDatabase()
    } catch (error) {
      // SQLite takes the copy for good, and would delete the log when it closes the database.
      files.keepLog()
      throw error
    }
    await files.clearLog()
    wasCleared = true
  }
  return { commit, settle, copyLog }
}

/** What cannot be copied now stays in the log until the next attempt. */
const isCopied = (database: DatabaseSync): boolean => {
  // After this one the next write begins the log anew, as none of the others promises.
  const done = checkpoint(database, 'restart')
  return done !== null && done['log'] === done['checkpointed']
}

/** What SQLite says of it: the pages in the log, and how many of them are in the database. Null: it could not be done. */
const checkpoint = (database: DatabaseSync, mode: 'restart' | 'truncate') => {
  try {
    const result = database.prepare(`pragma wal_checkpoint(${mode})`).get()
    return result?.['busy'] === 0 ? result : null
  } catch {
    return null
  }
}

const withoutWaiting = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('pragma synchronous = off')
  try {
    return work()
  } finally {
    // It cannot be set within a transaction, and after one that could not even be rolled back nothing is written any more.
    if (!database.isTransaction) database.exec('pragma synchronous = normal')
  }
}

/**
 * Saves what could not be brought to disk in the log. A disk says once that it lost something, and then of the same pages that all is
 * well; and whatever is committed later stands behind them in the log, and would be lost with them. So the database itself is
 * written and brought to disk, from what is still in memory, and the log begins anew. Twice, because SQLite's own handle of the file
 * may be told of the same loss.
 *
 * @throws the error given, when that fails too
 */
const saveLog = (database: DatabaseSync, error: unknown): void => {
  if (!isEmptied(database) && !isEmptied(database)) throw error
}

const isEmptied = (database: DatabaseSync): boolean => checkpoint(database, 'truncate')?.['log'] === 0
