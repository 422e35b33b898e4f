import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { z } from 'zod'
import { type Database, DatabaseRefused } from './database.ts'
import { createCheckpoints, noCheckpoints } from './sqlite-checkpoints.ts'
import { createGroupCommits } from './sqlite-commits.ts'
import { type SqliteFiles, openFiles, refuseKeptLog } from './sqlite-files.ts'
import { type Prepare, type PreparedStatement, createPrepare } from './sqlite-statements.ts'
import { toParameter } from './statement.ts'
import type { Tables } from './tables.ts'

/** What `DATA_DIR` is set to when nothing is to be kept. */
export const inMemory = 'memory:'

/** The file in `DATA_DIR`. */
const fileName = 'ledger.sqlite'

/**
 * Opens the SQLite database of one process: a file in a folder, which is made if need be. The file is locked as long as the
 * process lives, and not longer: the lock is the operating system's.
 *
 * @param dataDir the folder, or `memory:`
 * @throws DatabaseRefused when another process has it, or the folder cannot be written
 */
export const openSqlite = (dataDir: string): Database => {
  const { database, files } = openDatabase(dataDir)
  return toDatabase(database, files)
}

/** Wraps a database that is open already. */
export const toDatabase = (database: DatabaseSync, files: SqliteFiles | null = null): Database => {
  const checkpoints = files === null ? noCheckpoints : createCheckpoints(database, files)
  const { run, writeTogether, isClosedToOthers, idle } = createGroupCommits({ database, checkpoints })
  const prepare = createPrepare(database, { returnsArrays: false })
  const betterSqlite = asBetterSqlite(database, (text) => {
    if (isClosedToOthers() && !/^(select|with|explain)\b/i.test(text))
      throw new TypeError('Migrations are over before anything else is written.')
    return prepare(text)
  })
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: betterSqlite }) })
  const close = async (): Promise<void> => {
    await idle()
    await db.destroy()
    // Kysely closes it only where a query was run.
    if (database.isOpen) database.close()
    files?.close()
  }
  let closed: Promise<void> | null = null
  return { kind: 'sqlite', db, run, writeTogether, close: () => (closed ??= close()) }
}

interface Opened {
  readonly database: DatabaseSync
  /** null: there is no disk. */
  readonly files: SqliteFiles | null
}

/** Opens it without a writer: whoever writes to it by themselves waits for the disk as SQLite does. */
export const openDatabase = (dataDir: string): Opened => {
  let database: DatabaseSync | null = null
  try {
    if (dataDir !== inMemory) makeFolder(resolve(dataDir))
    database = new DatabaseSync(dataDir === inMemory ? ':memory:' : join(dataDir, fileName))
    // Where the file is a link, the log lies beside what it leads to.
    const path = database.location()
    if (path !== null) refuseKeptLog(path)
    // The lock before the journal: so the index of the write-ahead log stays in memory, and no second process can read along.
    database.exec('pragma locking_mode = exclusive')
    database.exec('pragma journal_mode = wal')
    // The rest of what `full` does is done after each commit of ours. Migrations do without: one that is lost is made anew.
    database.exec('pragma synchronous = normal')
    // What a statement may have to undo is noted in memory, and not in a temporary file, which costs dozens of writes for each job. What
    // is sorted is there too: to make an index takes 95 bytes a row.
    database.exec('pragma temp_store = memory')
    database.exec('begin immediate; commit')
    // Now that no other process has it, again.
    if (path !== null) refuseKeptLog(path)
    // What an earlier process committed may not be on disk yet.
    database.exec('pragma wal_checkpoint(truncate)')
    return { database, files: path === null ? null : openFiles(path) }
  } catch (error) {
    database?.close()
    throw error instanceof DatabaseRefused ? error : new DatabaseRefused(wordsFor(error, dataDir), error)
  }
}

/** One by one: told to make them all at once, Node tries for ever below a folder that lets nothing be made, such as `/proc`. */
const makeFolder = (path: string): void => {
  const parent = dirname(path)
  if (!existsSync(parent)) makeFolder(parent)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) mkdirSync(path, { mode: 0o700 })
}

const sqliteError = z.object({ errcode: z.int() })
const busy = 5

const wordsFor = (error: unknown, dataDir: string): string => {
  // The low byte is the kind, the rest its details (sqlite.org/rescode.html).
  const errcode = (sqliteError.safeParse(error).data?.errcode ?? 0) & 0xff
  return errcode === busy
    ? `Another process uses the data in «${dataDir}». Stop it, set DATA_DIR to another folder, or set DATABASE_URL: PostgreSQL serves several at once.`
    : `The data in «${dataDir}» cannot be opened (${error instanceof Error ? error.message : String(error)}). Set DATA_DIR to a folder that can be written, or to «${inMemory}» to keep nothing.`
}

/** Kysely speaks to better-sqlite3; Node's own driver has the same parts under other names. */
const asBetterSqlite = (database: DatabaseSync, prepare: Prepare): SqliteDatabase => ({
  close: () => database.close(),
  // A full disk makes SQLite roll back by itself; to do it again would fail, and hide why.
  prepare: (text) => (text === 'rollback' && !database.isTransaction ? noStatement : toStatement(prepare(text))),
})

const noStatement: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

const toStatement = ({ statement, columns }: PreparedStatement): SqliteStatement => ({
  reader: columns.length > 0,
  all: (parameters) => statement.all(...parameters.map(toParameter)),
  run: (parameters) => statement.run(...parameters.map(toParameter)),
  iterate: (parameters) => statement.iterate(...parameters.map(toParameter)),
})
