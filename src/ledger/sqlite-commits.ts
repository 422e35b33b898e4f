import type { DatabaseSync } from 'node:sqlite'
import type { Database } from './database.ts'
import type { Checkpoints } from './sqlite-checkpoints.ts'
import { createRunStatement } from './sqlite-statements.ts'

/** The requests of others wait while statements run: after this long it is their turn. */
const longestTurnMs = 5

/** How often whoever is ready to write may do so before a group is closed. A turn of an idle loop takes microseconds. */
const turnsPerGroup = 4

/** Runs statements on one database. */
export interface GroupCommits extends Pick<Database, 'run' | 'writeTogether'> {
  /** Whether the disk is waited for, or has failed. Nobody may write then. */
  readonly isClosedToOthers: () => boolean
  /** Resolves once nothing waits to be committed any more. */
  readonly idle: () => Promise<void>
}

interface GroupCommitOptions {
  readonly database: DatabaseSync
  readonly checkpoints: Checkpoints
}

/** What is written as one: all of it or nothing. */
interface Unit {
  /** Runs its statements. Throws what the first that failed says. */
  readonly work: () => void
  /** Whether it may fail in the middle, so that its beginning has to be undone. */
  readonly hasSeveral: boolean
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/**
 * Makes the runner of statements. To make a commit durable takes many times what the statements in it do, so what came while the
 * commit before was made durable is committed together, with what comes in the next turns of the event loop. Each unit succeeds or
 * fails by itself, and hears of it once it is durable.
 */
export const createGroupCommits = ({ database, checkpoints }: GroupCommitOptions): GroupCommits => {
  let waiting: Unit[] = []
  let working: Promise<void> | null = null
  let broken: { readonly error: unknown } | null = null
  let isSettling = false
  const runOne = createRunStatement(database)

  const commitGroup = async (): Promise<void> => {
    const group = waiting
    waiting = []
    try {
      const { written, left } = checkpoints.commit(() => commitTogether(database, group))
      waiting.unshift(...left)
      if (written.length === 0) return
      isSettling = true
      await checkpoints.settle()
      for (const unit of written) unit.done()
      await checkpoints.copyLog(written.length)
    } catch (error) {
      broken = { error }
      // Those that were answered do not hear of it any more.
      for (const unit of [...group, ...waiting.splice(0)]) unit.failed(error)
    } finally {
      isSettling = false
    }
  }

  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      for (let turn = 0; turn < turnsPerGroup; turn += 1) await nextTurn()
      // On a connection there is one transaction at a time, and this one is of somebody who needs several turns for it.
      if (!database.isOpen || !database.isTransaction) await commitGroup()
    }
    working = null
  }

  /** Resolves with what the work came to, once it is durable. */
  const write = <T>(work: () => T, hasSeveral: boolean): Promise<T> => {
    if (broken !== null) return Promise.reject(broken.error)
    const { promise, resolve, reject: failed } = Promise.withResolvers<T>()
    let result: T
    const keep = (): void => {
      result = work()
    }
    waiting.push({ work: keep, hasSeveral, done: () => resolve(result), failed })
    working ??= commitAll()
    return promise
  }
  // Nobody has to wait for a read.
  const run: Database['run'] = async (statement) =>
    statement.isRead ? runOne(statement) : write(() => runOne(statement), false)
  const writeTogether: Database['writeTogether'] = (statements) =>
    write(() => statements.reduce((sum, statement) => sum + runOne(statement).changes, 0), true)
  return {
    run,
    writeTogether,
    isClosedToOthers: () => isSettling || broken !== null,
    idle: async () => working ?? undefined,
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

interface Committed {
  readonly written: readonly Unit[]
  /** Those that have to come again: their turn did not come, or was undone. */
  readonly left: Unit[]
}

/** Writes units in the order given. */
const commitTogether = (database: DatabaseSync, units: readonly Unit[]): Committed => {
  const written: Unit[] = []
  let next = 0
  try {
    database.exec('begin immediate')
    for (const startedAt = performance.now(); next < units.length;) {
      const unit = units[next]
      next += 1
      if (unit !== undefined && runUnit(database, unit)) written.push(unit)
      if (!database.isTransaction) return { written: [], left: [...written, ...units.slice(next)] }
      if (performance.now() - startedAt > longestTurnMs) break
    }
    database.exec('commit')
    return { written, left: units.slice(next) }
  } catch (error) {
    // Where not even a transaction could be begun, nobody's turn will come.
    for (const unit of next === 0 ? units : written) unit.failed(error)
    rollBack(database)
    return { written: [], left: next === 0 ? [] : units.slice(next) }
  }
}

const rollBack = (database: DatabaseSync): void => {
  if (database.isOpen && database.isTransaction) database.exec('rollback')
}

/**
 * Whether it is written. What goes wrong with a unit is told to it alone; the others stay, unless SQLite has rolled all of it
 * back by itself, as it does when the disk is full.
 */
const runUnit = (database: DatabaseSync, { work, hasSeveral, failed }: Unit): boolean => {
  let isMarked = false
  try {
    if (hasSeveral) database.exec('savepoint unit')
    isMarked = hasSeveral
    work()
    if (hasSeveral) database.exec('release unit')
    return true
  } catch (error) {
    // Before anything else: whoever waits must hear of it, whatever becomes of the transaction.
    failed(error)
    if (isMarked && database.isTransaction) database.exec('rollback to unit; release unit')
    return false
  }
}
