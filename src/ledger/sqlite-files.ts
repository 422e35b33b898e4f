import { closeSync, existsSync, fdatasync, fsyncSync, openSync, renameSync, write } from 'node:fs'
import { promisify } from 'node:util'
import { DatabaseRefused } from './database.ts'

/** The files of a database that is open, beside SQLite's own handles of them. The disk is waited for away from the event loop. */
export interface SqliteFiles {
  /** Brings to disk what was committed: a commit is in the write-ahead log first. */
  readonly syncLog: () => Promise<void>
  /** Brings to disk what was copied from the log into the database. */
  readonly syncDatabase: () => Promise<void>
  /** Makes the log one that has nothing in it, on disk too. For a log that SQLite writes from its beginning next. */
  readonly clearLog: () => Promise<void>
  /** Puts the log where SQLite does not delete it when it closes the database, and where `refuseKeptLog` finds it. */
  keepLog(): void
  close(): void
}

const [sync, writeAt] = [promisify(fdatasync), promisify(write)]

/** Of the log; one of zeros is none, and nothing is read behind it (sqlite.org/fileformat2.html, «The Write-Ahead Log»). */
const headerBytes = 32

/** @param path of the database, whose log is empty */
export const openFiles = (path: string): SqliteFiles => {
  const { log, kept } = namesBeside(path)
  // Windows lets only one who may write bring a file to disk.
  const [logFile, databaseFile] = [openSync(log, 'r+'), openSync(path, 'r+')]
  // It has been emptied just now, and what was in it must not come back.
  fsyncSync(logFile)
  return {
    syncLog: () => sync(logFile),
    syncDatabase: () => sync(databaseFile),
    clearLog: async () => {
      await writeAt(logFile, new Uint8Array(headerBytes), 0, headerBytes, 0)
      await sync(logFile)
    },
    keepLog: () => renameSync(log, kept),
    close: () => {
      closeSync(logFile)
      closeSync(databaseFile)
    },
  }
}

/**
 * To open a database without the log that belongs to it would lose what stands in the log alone.
 *
 * @param path of the database
 * @throws DatabaseRefused when an earlier process had to keep its log
 */
export const refuseKeptLog = (path: string): void => {
  const { log, kept } = namesBeside(path)
  if (!existsSync(kept)) return
  throw new DatabaseRefused(
    `The disk failed while «${path}» was written, and «${kept}» has jobs that are not in it. Stop the process that wrote it, check the disk, copy both files, then rename «${kept}» to «${log}» and start again.`,
  )
}

const namesBeside = (path: string) => ({ log: `${path}-wal`, kept: `${path}-wal.kept` })
