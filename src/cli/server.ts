import { readFile } from 'node:fs/promises'
import type { App } from '../app.ts'
import { type Config, loadConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import type { KeySource } from './command-line.ts'
import { CommandFailure, UsageError, startFailureOf } from './failures.ts'
import type { Environment } from './io.ts'
import { type Records, openRecords } from './records.ts'
import { isReadableOnTheWay } from './server-url.ts'
import { inMemory, stateFolderOf } from './state-folder.ts'
import { printable } from './text.ts'

/** A GraphQL server to send to. */
export interface Server {
  readonly url: URL
  /** Shown as a bearer token; null: none is. A secret. */
  readonly key: string | null
  /** What is known of earlier runs there. */
  readonly records: Records
  /** Whether the next run's same request resolves to the same job, so that it is paid once. */
  readonly isRepeatable: boolean
  stop(): Promise<void>
}

interface ServerWish {
  /** null: one of its own, for this run only. */
  readonly server: URL | null
  readonly key: KeySource | null
  /** The folder for records; null: the usual one. */
  readonly state: string | null
  readonly environment: Environment
  readonly note: (text: string) => void
}

/**
 * The server to send to: a running one, or one that is started in this process.
 *
 * @throws ConfigError     with all settings of the environment that are wrong
 * @throws CommandFailure  the server or the record cannot be had
 */
export const openServer = async ({ server, key: source, ...wish }: ServerWish): Promise<Server> => {
  const key = source === null ? null : await readKey(source)
  if (server === null) return startOwnServer({ ...wish, key })
  if (key !== null && isReadableOnTheWay(server)) {
    wish.note(`warning: the key goes to ${server.origin} without encryption`)
  }
  // Several runs may share this record: it is the server that keeps them from paying twice.
  const records = openRecords(stateFolderOf({ server: server.href, key }, wish), false)
  return { url: server, key, records, isRepeatable: true, stop: async () => records.close() }
}

const readKey = async (source: KeySource): Promise<string> => {
  const text = 'text' in source ? source.text : await readKeyFile(source.file)
  const key = text.trim()
  if (!/^[\x21-\x7e]+$/.test(key)) throw new UsageError('The key is empty, or has blanks or unusual characters in it.')
  return key
}

const readKeyFile = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandFailure(`The key file ${printable(path)} cannot be read.`, { cause: error })
  })

interface OwnServerWish extends Pick<ServerWish, 'state' | 'environment' | 'note'> {
  readonly key: string | null
}

/**
 * In-process, on any free port of this machine. The key is checked as a setting but not left with the server: it is shown
 * with each request, so that nobody else on this machine can spend through that port.
 */
const startOwnServer = async ({ key, state, environment, note }: OwnServerWish): Promise<Server> => {
  const { magicHourApiKey, ...config } = loadConfig(ownSettings(environment, key))
  const isSandbox = config.magicHourBaseUrl === 'sandbox'
  const server = config.magicHourBaseUrl === 'sandbox' ? 'sandbox' : config.magicHourBaseUrl.href
  if (!isSandbox && magicHourApiKey === null) {
    throw new CommandFailure(
      `${new URL(server).origin} asks for a key: set MAGIC_HOUR_API_KEY, or give --key-file <path>.`,
    )
  }
  for (const warning of config.warnings) note(`warning: ${warning}`)
  const account = { server, key: isSandbox ? null : magicHourApiKey }
  const folder = stateFolderOf(account, { state, environment })
  if (folder === null && !isSandbox) note(`warning: ${nothingKept}`)
  // Before the ledger, which is for one process too: so it is known what a lock means.
  const records = openRecords(folder, !isSandbox)
  try {
    const dataDir = isSandbox || folder === null ? inMemory : folder
    const app = await startApp({ ...config, magicHourApiKey: null, allowAnonymous: false, dataDir }, note)
    const stop = (): Promise<void> => app.stop().finally(() => records.close())
    const isRepeatable = !isSandbox && folder !== null
    return { url: new URL('/graphql', app.url), key: account.key, records, isRepeatable, stop }
  } catch (error) {
    records.close()
    throw startFailureOf(error) ?? error
  }
}

const nothingKept =
  'the record of what is paid is kept for this run only: without it, running this again pays again. Name a folder with --state.'

const startApp = async (config: Config, note: ServerWish['note']): Promise<App> => {
  const logger = createLogger(config.logLevel, { write: (line) => note(line.trimEnd()) })
  // Only here: with --server nothing of it is needed, and it takes its time to load.
  const { createApp } = await import('../app.ts')
  const app = createApp(config, { logger })
  await app.start()
  return app
}

/** This server listens for one caller only: what concerns others is left out, right or wrong. */
const ownSettings = (environment: Environment, key: string | null): Environment => {
  const MAGIC_HOUR_API_KEY = key ?? environment['MAGIC_HOUR_API_KEY']
  return {
    ...environment,
    HOST: '127.0.0.1',
    PORT: '0',
    SANDBOX_PORT: '0',
    SHUTDOWN_GRACE_MS: '1000',
    // Its lines would come between those of the progress; whoever asks for them gets them.
    LOG_LEVEL: environment['LOG_LEVEL'] || 'silent',
    MAGIC_HOUR_API_KEY,
    // Lets the key pass the check of settings, which are about servers for many.
    ALLOW_ANONYMOUS: MAGIC_HOUR_API_KEY ? 'true' : undefined,
    GATEWAY_KEYS: undefined,
    CORS_ORIGINS: undefined,
    // Nothing of a server that runs beside it is touched: not its file, which is locked, and not its database. The folder for
    // what has to outlast this run is the command's own.
    DATA_DIR: inMemory,
    DATABASE_URL: undefined,
    MAGIC_HOUR_WEBHOOK_SECRET: undefined,
    SANDBOX_WEBHOOKS: undefined,
  }
}
