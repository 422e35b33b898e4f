import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { ApolloServer } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { createDeleteJob } from './domain/delete-job.ts'
import { createReadJobs } from './domain/read-jobs.ts'
import { createRefreshJob } from './domain/refresh-job.ts'
import { Secret } from './domain/secret.ts'
import { createSubmitJob } from './domain/submit-job.ts'
import { type CallerPolicy, createAuthenticate } from './graphql/authenticate.ts'
import { type CreateContext, type GraphQLContext, type UseCases, createContextFactory } from './graphql/context.ts'
import { type ServerOptions, createServer, createServerOptions } from './graphql/server.ts'
import { registerGraphQL } from './http/graphql.ts'
import { registerHealth } from './http/health.ts'
import { registerHome } from './http/home.ts'
import { createHttpServer } from './http/server.ts'
import { createMemoryLedger } from './ledger/memory-ledger.ts'
import { type Logger, createLogger } from './logger.ts'
import { type Sandbox, createSandbox } from './sandbox/sandbox.ts'
import { type MagicHourClient, createMagicHourClient } from './upstream/client.ts'
import { type Follower, createFollower } from './worker/follower.ts'

interface AppOptions {
  /** Default: JSON lines on standard output, from `LOG_LEVEL` on. */
  readonly logger?: Logger
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
  const core = await startCore(config)
  return {
    serverOptions: createServerOptions(serverOptions(config, loggerOf(config, options))),
    createContext: core.createContext,
    stop: async () => {
      core.drain()
      await core.close()
    },
  }
}

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
      running ??= run(config, logger)
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

interface Running {
  readonly url: string
  readonly core: Core
  readonly server: ApolloServer<GraphQLContext>
  readonly http: FastifyInstance
}

const run = async (config: Config, logger: Logger): Promise<Running> => {
  const core = await startCore(config)
  const options = serverOptions(config, logger)
  const server = createServer(options)
  const http = await createHttpServer({ log: logger, corsOrigins: config.corsOrigins, isSandbox: options.isSandbox })
  try {
    await server.start()
    registerGraphQL(http, { server, createContext: core.createContext })
    registerHealth(http, core.isStopping)
    registerHome(http, options.hasLandingPage)
    await http.listen({ host: config.host, port: config.port })
    return { url: addressOf(http, config.host), core, server, http }
  } catch (error) {
    await http.close()
    await server.stop()
    await core.close()
    throw error
  }
}

/** In order: nobody new, no more waiting, answer what is under way, then let go of Magic Hour. */
const shutDown = async (
  { core, server, http }: Running,
  { shutdownGraceMs }: Config,
  logger: Logger,
): Promise<void> => {
  core.drain()
  const grace = new AbortController()
  void systemClock.sleep(shutdownGraceMs, grace.signal).then(() => {
    if (grace.signal.aborted) return
    logger.warn({ shutdownGraceMs }, 'the grace is over: open connections are closed')
    http.server.closeAllConnections()
  })
  await http.close()
  grace.abort()
  await server.stop()
  await core.close()
}

const serverOptions = (config: Config, log: Logger): ServerOptions => ({
  log,
  isSandbox: config.magicHourBaseUrl === 'sandbox',
  hasLandingPage: !config.isProduction,
})

interface Core {
  readonly createContext: CreateContext
  readonly isStopping: () => boolean
  /** Sends nothing new and lets those who wait for a job go. */
  drain(): void
  close(): Promise<void>
}

const startCore = async (config: Config): Promise<Core> => {
  const sandbox = config.magicHourBaseUrl === 'sandbox' ? await startSandbox(config) : null
  const baseUrl = new URL(config.magicHourBaseUrl === 'sandbox' ? (sandbox?.url ?? '') : config.magicHourBaseUrl)
  const magicHour = createMagicHourClient({ baseUrl, clock: systemClock, random: Math.random })
  let isStopping = false
  const { useCases, follower } = createUseCases(magicHour, () => isStopping)
  const authenticate = createAuthenticate(callerPolicy(config))
  return {
    createContext: createContextFactory({ authenticate, useCases }),
    isStopping: () => isStopping,
    drain: () => {
      isStopping = true
      follower.stop()
    },
    close: async () => {
      await magicHour.close()
      await sandbox?.stop()
    },
  }
}

const createUseCases = (
  magicHour: MagicHourClient,
  isStopping: () => boolean,
): { useCases: UseCases; follower: Follower } => {
  const ledger = createMemoryLedger()
  const clock = systemClock
  const refreshJob = createRefreshJob({ ledger, magicHour, clock })
  const readJobs = createReadJobs({ ledger, magicHour, refreshJob, clock })
  const follower = createFollower({ refreshJob, clock, random: Math.random })
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const submitJob = createSubmitJob({ ledger, magicHour, readJobs, clock, newId: randomUUID, hash, isStopping })
  const deleteJob = createDeleteJob({ ledger, magicHour, readJobs })
  return { useCases: { submitJob, readJobs, deleteJob, follower, magicHour }, follower }
}

const startSandbox = async ({ sandboxPort, sandboxRenderMs }: Config): Promise<Sandbox> => {
  const sandbox = createSandbox({ port: sandboxPort ?? 0, renderMs: sandboxRenderMs })
  await sandbox.start()
  return sandbox
}

/** The sandbox asks for no key, so that the program starts with nothing; with gateway keys it behaves as production does. */
const callerPolicy = ({ magicHourBaseUrl, magicHourApiKey, gatewayKeys, allowAnonymous }: Config): CallerPolicy =>
  magicHourBaseUrl === 'sandbox'
    ? {
        apiKey: new Secret(`sandbox-${randomBytes(16).toString('hex')}`),
        gatewayKeys,
        allowAnonymous: allowAnonymous || gatewayKeys.length === 0,
      }
    : { apiKey: magicHourApiKey === null ? null : new Secret(magicHourApiKey), gatewayKeys, allowAnonymous }

const addressOf = (http: FastifyInstance, host: string): string => {
  const address: AddressInfo | string | null = http.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : ''
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
