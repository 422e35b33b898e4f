import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { CommandFailure } from './failures.ts'
import { printable } from './text.ts'

/** What is known of a removal that was begun, on this run or an earlier one. */
export interface RecordedRemoval {
  /** The idempotency key that was sent. */
  readonly requestKey: string
  /** Where the photo was uploaded to; null: it was a URL. No link: it is of use to the account's own key only. */
  readonly imageFilePath: string | null
  readonly backgroundFilePath: string | null
  readonly sentAt: Date
  /** null: its answer has not come. */
  readonly jobId: string | null
}

/** A picture that was written. */
export interface RecordedOutput {
  readonly contentKey: string
  readonly jobId: string
  readonly bytes: number
}

/**
 * The record of what was sent, made and written, which makes a run repeatable. Each write is on disk when it returns.
 * All of it throws a CommandFailure when the record cannot be used any more, as on a full disk.
 */
export interface Records {
  find(contentKey: string): RecordedRemoval | null
  /** Before it is sent. */
  begin(contentKey: string, removal: Omit<RecordedRemoval, 'jobId' | 'sentAt'>): void
  /** Puts back what was known before a `begin` of which surely nothing came, unless it has come to a job meanwhile. */
  restore(contentKey: string, begun: { readonly requestKey: string; readonly recorded: RecordedRemoval }): void
  made(contentKey: string, jobId: string): void
  /** @param path absolute */
  findOutput(path: string): RecordedOutput | null
  keepOutput(path: string, output: RecordedOutput): void
  close(): void
}

const fileName = 'removals.sqlite'
const busyWaitMs = 5_000

/** Of the tables; a database of before it was counted has 0 and the same tables. */
const version = 1

const tables = `
  create table if not exists removals (
    content_key text primary key,
    request_key text not null,
    image_file_path text,
    background_file_path text,
    sent_at integer not null,
    job_id text
  ) strict;
  create table if not exists outputs (
    path text primary key,
    content_key text not null,
    job_id text not null,
    bytes integer not null
  ) strict;
`

/**
 * Opens the record.
 *
 * @param folder      null: it is kept in memory, for this run only
 * @param isExclusive whether this run must be the only one
 * @throws CommandFailure when another run has it, or the folder cannot be written
 */
export const openRecords = (folder: string | null, isExclusive: boolean): Records => {
  const { database, statements } = openDatabase(folder, isExclusive)
  const attempt = <T>(use: () => T): T => {
    try {
      return use()
    } catch (error) {
      throw unusable(error, folder)
    }
  }
  return {
    find: (contentKey) => attempt(() => removalRow.parse(statements.find.get(contentKey))),
    begin: (contentKey, { requestKey, imageFilePath, backgroundFilePath }) => {
      attempt(() => statements.begin.run(contentKey, requestKey, imageFilePath, backgroundFilePath, Date.now()))
    },
    restore: (contentKey, { requestKey, recorded }) => {
      const { imageFilePath, backgroundFilePath, sentAt, jobId } = recorded
      const before = [recorded.requestKey, imageFilePath, backgroundFilePath, sentAt.getTime(), jobId]
      attempt(() => statements.restore.run(...before, contentKey, requestKey))
    },
    made: (contentKey, jobId) => {
      attempt(() => statements.made.run(jobId, contentKey))
    },
    findOutput: (path) => attempt(() => outputRow.parse(statements.findOutput.get(path))),
    keepOutput: (path, { contentKey, jobId, bytes }) => {
      attempt(() => statements.keepOutput.run(path, contentKey, jobId, bytes))
    },
    close: () => database.close(),
  }
}

const statementsOf = (database: DatabaseSync) => ({
  find: database.prepare('select * from removals where content_key = ?'),
  begin: database.prepare(`
    insert or replace into removals (content_key, request_key, image_file_path, background_file_path, sent_at)
    values (?, ?, ?, ?, ?)`),
  restore: database.prepare(`
    update removals set request_key = ?, image_file_path = ?, background_file_path = ?, sent_at = ?, job_id = ?
    where content_key = ? and request_key = ? and job_id is null`),
  made: database.prepare('update removals set job_id = ? where content_key = ?'),
  findOutput: database.prepare('select * from outputs where path = ?'),
  keepOutput: database.prepare('insert or replace into outputs (path, content_key, job_id, bytes) values (?, ?, ?, ?)'),
})

const removalRow = z
  .object({
    request_key: z.string(),
    image_file_path: z.string().nullable(),
    background_file_path: z.string().nullable(),
    sent_at: z.number(),
    job_id: z.string().nullable(),
  })
  .transform((row): RecordedRemoval => ({
    requestKey: row.request_key,
    imageFilePath: row.image_file_path,
    backgroundFilePath: row.background_file_path,
    sentAt: new Date(row.sent_at),
    jobId: row.job_id,
  }))
  .optional()
  .transform((row) => row ?? null)

const outputRow = z
  .object({ content_key: z.string(), job_id: z.string(), bytes: z.number() })
  .transform((row): RecordedOutput => ({ contentKey: row.content_key, jobId: row.job_id, bytes: row.bytes }))
  .optional()
  .transform((row) => row ?? null)

const openDatabase = (folder: string | null, isExclusive: boolean) => {
  let database: DatabaseSync | null = null
  try {
    if (folder !== null) mkdirSync(folder, { recursive: true, mode: 0o700 })
    database = new DatabaseSync(folder === null ? ':memory:' : join(folder, fileName))
    database.exec(`pragma busy_timeout = ${isExclusive ? 0 : busyWaitMs}`)
    if (isExclusive) database.exec('pragma locking_mode = exclusive')
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    refuseNewer(database, folder)
    database.exec(`begin immediate; ${tables} pragma user_version = ${version}; commit`)
    return { database, statements: statementsOf(database) }
  } catch (error) {
    database?.close()
    throw unusable(error, folder)
  }
}

const versionRow = z.object({ user_version: z.int() })

const refuseNewer = (database: DatabaseSync, folder: string | null): void => {
  const found = versionRow.parse(database.prepare('pragma user_version').get()).user_version
  if (found <= version) return
  throw new CommandFailure(
    `The record of what is paid, in ${placeOf(folder)}, is of a newer version of this program. Use that one, or another folder with --state <folder>.`,
    { code: stateUnusable },
  )
}

const stateUnusable = 'STATE_UNUSABLE'
const sqliteError = z.object({ errcode: z.int() })
const busy = 5

const placeOf = (folder: string | null): string => printable(folder ?? 'memory')

const unusable = (error: unknown, folder: string | null): CommandFailure =>
  error instanceof CommandFailure
    ? error
    : new CommandFailure(wordsFor(error, placeOf(folder)), { cause: error, code: stateUnusable })

const wordsFor = (error: unknown, place: string): string => {
  const errcode = (sqliteError.safeParse(error).data?.errcode ?? 0) & 0xff
  return errcode === busy
    ? `Another «remove» is running for the same account; the record of what is paid, in ${place}, is for one at a time. Wait until it has ended.`
    : `The record of what is paid, in ${place}, cannot be used (${error instanceof Error ? printable(error.message) : String(error)}). Free its disk, or name a folder that can be written with --state <folder>.`
}
