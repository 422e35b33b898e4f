import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Ledger } from './domain/ledger.ts'
import { type Hub, createHub } from './events/hub.ts'
import type { Database } from './ledger/database.ts'
import { createLedger } from './ledger/ledger.ts'
import { migrate } from './ledger/migrate.ts'
import { openSqlite } from './ledger/sqlite.ts'
import type { Logger } from './logger.ts'

/** The ledger, and who hears of its changes. */
export interface Storage {
  readonly ledger: Ledger
  readonly hub: Hub
  close(): Promise<void>
}

/** An index over millions of jobs is made in minutes. */
const longestMigrationMs = 3_600_000

/**
 * Opens the database that the configuration names, without looking into it. The driver is loaded only where it is needed.
 *
 * @param longestStatementMs PostgreSQL only. Default: its own
 */
export const openDatabase = async (
  { databaseUrl, dataDir }: Config,
  logger: Logger,
  longestStatementMs?: number,
): Promise<Database> => {
  if (databaseUrl === null) return openSqlite(dataDir)
  const { openPostgres } = await import('./ledger/postgres.ts')
  return openPostgres({
    url: databaseUrl,
    ...(longestStatementMs !== undefined && { longestStatementMs }),
    // The driver's error carries the whole connection with it.
    onConnectionLost: ({ message }) => logger.warn({ reason: message }, 'a connection to the database broke'),
  })
}

/**
 * Brings the tables up to date, with all the time that it takes.
 *
 * @returns the names of the migrations that were made
 */
export const migrateStorage = async (config: Config, logger: Logger): Promise<string[]> => {
  const database = await openDatabase(config, logger, longestMigrationMs)
  try {
    return await migrate(database)
  } finally {
    await database.close()
  }
}

/**
 * Opens the database, brings its tables up to date and listens for changes.
 *
 * @throws DatabaseRefused, or what the driver says where the database cannot be reached
 */
export const openStorage = async (config: Config, logger: Logger): Promise<Storage> => {
  if (config.databaseUrl !== null) await migrateStorage(config, logger)
  const database = await openDatabase(config, logger)
  try {
    if (database.kind === 'sqlite') await migrate(database)
    const hub = createHub()
    const ledger = createLedger(database, hub)
    if (database.kind === 'sqlite') await takeOver(ledger)
    const closing = new AbortController()
    const parts = { ledger, hub, logger, closing: closing.signal }
    const notices = config.databaseUrl === null ? null : await listen(config.databaseUrl, parts)
    return {
      ledger,
      hub,
      close: async () => {
        closing.abort()
        await notices?.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** The file is locked, so nobody else is there: what an earlier process was sending or looking up has lost it. */
const takeOver = async (ledger: Ledger): Promise<void> => {
  await ledger.doubtExpired(endOfTime)
  await ledger.endLeases()
}

const endOfTime = new Date(8.64e15)

interface ListeningParts {
  readonly ledger: Ledger
  readonly hub: Hub
  readonly logger: Logger
  readonly closing: AbortSignal
}

const listen = async (url: string, { ledger, hub, logger, closing }: ListeningParts) => {
  const { listenForNotices } = await import('./ledger/postgres-notices.ts')
  return listenForNotices({
    url,
    clock: systemClock,
    ledger,
    listener: hub,
    onListening: () => void catchUp({ ledger, hub, logger, closing }),
    onLost: ({ message }) => logger.warn({ reason: message }, 'the connection for changes broke; making a new one'),
  })
}

/** A connection that stays broken is noticed by its own keep-alive, and then this begins anew. */
const catchUpAttempts = 30
const catchUpPauseMs = 1_000

/** Until it succeeds: who waits for a change that was missed would wait for ever. */
const catchUp = async ({ ledger, hub, logger, closing }: ListeningParts): Promise<void> => {
  const read = async ({ tenant, id }: { tenant: string; id: string }) => (await ledger.find(tenant, [id]))[0] ?? null
  for (let attempt = 0; attempt < catchUpAttempts && !closing.aborted; attempt += 1) {
    try {
      return await hub.catchUp(read)
    } catch (error) {
      logger.warn({ err: error }, 'changes may have been missed; reading again what somebody waits for')
      await systemClock.sleep(catchUpPauseMs, closing)
    }
  }
  return undefined
}
