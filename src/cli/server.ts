import { readFile } from 'node:fs/promises'
import { loadConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import type { KeySource } from './command-line.ts'
import { CommandFailure, UsageError } from './failures.ts'
import type { Environment } from './io.ts'
import { isReadableOnTheWay } from './server-url.ts'
import { printable } from './text.ts'

/** A GraphQL server to send to. */
export interface Server {
  readonly url: URL
  /** Shown as a bearer token; null: none is. A secret. */
  readonly key: string | null
  stop(): Promise<void>
}

interface ServerWish {
  /** null: one of its own, for this run only. */
  readonly server: URL | null
  readonly key: KeySource | null
  readonly environment: Environment
  readonly note: (text: string) => void
}

/**
 * The server to send to: a running one, or one that is started in this process.
 *
 * @throws ConfigError with all settings of the environment that are wrong
 */
export const openServer = async ({ server, key: source, environment, note }: ServerWish): Promise<Server> => {
  const key = source === null ? null : await readKey(source)
  if (server === null) return startOwnServer({ key, environment, note })
  if (key !== null && isReadableOnTheWay(server)) note(`warning: the key goes to ${server.origin} without encryption`)
  return { url: server, key, stop: async () => {} }
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

interface OwnServerWish extends Pick<ServerWish, 'environment' | 'note'> {
  readonly key: string | null
}

/**
 * In-process, on any free port of this machine. The key is checked as a setting but not left with the server: it is shown
 * with each request, so that nobody else on this machine can spend through that port.
 */
const startOwnServer = async ({ key, environment, note }: OwnServerWish): Promise<Server> => {
  const { magicHourApiKey, ...config } = loadConfig(ownSettings(environment, key))
  if (config.magicHourBaseUrl !== 'sandbox' && magicHourApiKey === null) {
    throw new CommandFailure(
      `${config.magicHourBaseUrl.origin} asks for a key: set MAGIC_HOUR_API_KEY, or give --key-file <path>.`,
    )
  }
  for (const warning of config.warnings) note(`warning: ${warning}`)
  const logger = createLogger(config.logLevel, { write: (line) => note(line.trimEnd()) })
  // Only here: with --server nothing of it is needed, and it takes its time to load.
  const { createApp } = await import('../app.ts')
  const app = createApp({ ...config, magicHourApiKey: null, allowAnonymous: false }, { logger })
  await app.start()
  return {
    url: new URL('/graphql', app.url),
    key: config.magicHourBaseUrl === 'sandbox' ? null : magicHourApiKey,
    stop: () => app.stop(),
  }
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
    // Nothing of a server that runs beside it is touched: not its file, which is locked, and not its database.
    DATA_DIR: 'memory:',
    DATABASE_URL: undefined,
    MAGIC_HOUR_WEBHOOK_SECRET: undefined,
    SANDBOX_WEBHOOKS: undefined,
  }
}
