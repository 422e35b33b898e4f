import type { AddressInfo } from 'node:net'
import { ApolloServer } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { CreateContext, GraphQLContext } from './graphql/context.ts'
import { createOperations } from './graphql/operation.ts'
import { type ServerOptions, createServerOptions } from './graphql/server.ts'
import { registerGraphQL } from './http/graphql.ts'
import { registerHealth } from './http/health.ts'
import { registerPages } from './http/pages.ts'
import { registerResults } from './http/results.ts'
import { createHttpServer } from './http/server.ts'
import { registerSse } from './http/sse.ts'
import { registerUploads } from './http/uploads.ts'
import { registerWebhook } from './http/webhook.ts'
import { cutWebSockets, registerWebSocket } from './http/websocket.ts'
import { DatabaseRefused } from './ledger/database.ts'
import { type Logger, createLogger } from './logger.ts'
import { type Parts, startParts } from './parts.ts'
import { migrateStorage } from './storage.ts'

interface AppOptions {
  /** Default: JSON lines on standard output, from `LOG_LEVEL` on. */
  readonly logger?: Logger
  /** How long a render is thought to take until some have been seen, in milliseconds. Default: 4 000, or what the sandbox takes. */
  readonly medianRenderMs?: number
  /** The origin that reports to Apollo Studio go to. Default: Apollo's own. */
  readonly studioOrigin?: string
}

/** The app cannot start for a reason that a setting would mend. The message says what to do. */
export class CannotStart extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'CannotStart'
  }
}

/** A server of its own. */
export interface App {
  /** Where it listens, for example `http://127.0.0.1:4000`; known once it has started. */
  readonly url: string
  /** Starts the sandbox, if it is to answer, and listens. Rejects when the port is taken. */
  start(): Promise<void>
  /** Ends gracefully: stops taking requests, answers those under way, then closes. A second call waits for the first. */
  stop(): Promise<void>
}

/** The gateway without a server: for an Apollo Server that somebody runs already. */
export interface Gateway {
  /** Options for `new ApolloServer(...)`: schema, error format, limits, plugins. */
  readonly serverOptions: ReturnType<typeof createServerOptions>
  /** Makes the context of a request from its `Authorization` header. */
  readonly createContext: CreateContext
  /** Waits for requests to Magic Hour that are under way, then closes the connections. */
  stop(): Promise<void>
}

/**
 * Starts the gateway without a server of its own.
 *
 * @example
 * const gateway = await startGateway(loadConfig(process.env))
 * const server = new ApolloServer(gateway.serverOptions)
 * // in the server's context function:
 * gateway.createContext({ authorization: request.headers.authorization, requestId, signal })
 */
export const startGateway = async (config: Config, options: AppOptions = {}): Promise<Gateway> => {
  const logger = loggerOf(config, options)
  const gateway = await startParts(config, {
    ...options,
    logger,
    hasServer: false,
    listeningAt: () => null,
  }).catch((error: unknown) => {
    throw inWords(error)
  })
  return {
    serverOptions: createServerOptions(serverOptions(config, { ...options, logger })),
    createContext: gateway.createContext,
    stop: async () => {
      gateway.core.drain()
      await gateway.close()
    },
  }
}

/**
 * Brings the database that the configuration names up to date. Starting does the same; this is for a step of its own.
 *
 * @returns the names of the migrations that were made
 * @throws CannotStart
 */
export const migrateDatabase = async (config: Config, options: AppOptions = {}): Promise<string[]> => {
  try {
    return await migrateStorage(config, loggerOf(config, options))
  } catch (error) {
    throw inWords(error)
  }
}

const inWords = (error: unknown): unknown =>
  error instanceof DatabaseRefused ? new CannotStart(error.message, error) : error

/** Makes a server that is not running yet. */
export const createApp = (config: Config, options: AppOptions = {}): App => {
  const logger = loggerOf(config, options)
  let running: Promise<Running> | null = null
  let stopped: Promise<void> | null = null
  let url: string | null = null
  return {
    get url() {
      if (url === null) throw new TypeError('The app has no address before it is started.')
      return url
    },
    start: async () => {
      running ??= run(config, { ...options, logger })
      url = (await running).url
    },
    stop: () => {
      if (running === null) return Promise.resolve()
      // One that failed to start has cleaned up after itself.
      const started = running.catch(() => null)
      stopped ??= started.then((app) => (app === null ? undefined : shutDown(app, config, logger)))
      return stopped
    },
  }
}

const loggerOf = ({ logLevel }: Config, { logger }: AppOptions): Logger => logger ?? createLogger(logLevel)

interface Running extends Parts {
  readonly url: string
  readonly server: ApolloServer<GraphQLContext>
  readonly http: FastifyInstance
}

const run = async (config: Config, options: AppOptions & { readonly logger: Logger }): Promise<Running> => {
  const { logger } = options
  let url: string | null = null
  const parts = await startParts(config, {
    ...options,
    hasServer: true,
    listeningAt: () => url,
  }).catch((error: unknown) => {
    throw inWords(error)
  })
  const apollo = serverOptions(config, { ...options, logger })
  const apolloOptions = createServerOptions(apollo)
  const server = new ApolloServer<GraphQLContext>(apolloOptions)
  const http = await createHttpServer({ log: logger, corsOrigins: config.corsOrigins, isSandbox: apollo.isSandbox })
  try {
    await server.start()
    const operations = createOperations({
      schema: apolloOptions.schema,
      createContext: parts.createContext,
      log: logger,
      isSandbox: apollo.isSandbox,
      isStopping: parts.core.isStopping,
      introspection: config.introspection,
    })
    const wsHandler = await registerWebSocket(http, { operations, origins: webSocketOrigins(config) })
    registerGraphQL(http, { server, createContext: parts.createContext, wsHandler })
    registerSse(http, { operations })
    registerHealth(http, { isStopping: parts.core.isStopping, isLedgerReachable: parts.isLedgerReachable })
    await registerPages(http, { hasPage: config.servesPage, hasGraphiql: apollo.hasLandingPage })
    registerResults(http, parts.results)
    registerUploads(http, { ...parts.uploads, log: logger })
    if (parts.webhook !== null) registerWebhook(http, { ...parts.webhook, log: logger })
    await http.listen({ host: config.host, port: config.port })
    url = addressOf(http, config.host)
    return { ...parts, url, server, http }
  } catch (error) {
    await http.close()
    await server.stop()
    await parts.close()
    throw error
  }
}

/** In order: nobody new, no more waiting, answer what is under way, then let go of Magic Hour and the ledger. */
const shutDown = async (running: Running, { shutdownGraceMs }: Config, logger: Logger): Promise<void> => {
  const { core, server, http } = running
  core.drain()
  const grace = new AbortController()
  void systemClock.sleep(shutdownGraceMs, grace.signal).then(() => {
    if (grace.signal.aborted) return
    logger.warn({ shutdownGraceMs }, 'the grace is over: open connections are closed')
    http.server.closeAllConnections()
    cutWebSockets(http)
  })
  await http.close()
  grace.abort()
  await server.stop()
  await running.close()
}

/** A proxy may hide from this server by which name it is reached. */
const webSocketOrigins = ({ corsOrigins, publicUrl }: Config): readonly string[] =>
  publicUrl === null ? corsOrigins : [...corsOrigins, new URL(publicUrl).origin]

const serverOptions = (
  { magicHourBaseUrl, isProduction, introspection, studio }: Config,
  { logger, studioOrigin }: AppOptions & { readonly logger: Logger },
): ServerOptions => ({
  log: logger,
  isSandbox: magicHourBaseUrl === 'sandbox',
  hasLandingPage: !isProduction,
  introspection,
  studio: studio === null || studioOrigin === undefined ? studio : { ...studio, origin: studioOrigin },
})

const addressOf = (http: FastifyInstance, host: string): string => {
  const address: AddressInfo | string | null = http.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : ''
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
