import { ApolloServer, type ApolloServerOptions } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLContext } from './context.ts'
import { formatError } from './format-error.ts'
import { apolloSandbox } from './landing-page.ts'
import { documentRules, parseOptions, validationOptions } from './limits.ts'
import type { Log } from './log-operation.ts'
import { announceSandbox, answerOverHttp, logOperations, refuseSubscriptions } from './plugins.ts'
import { createSchema } from './schema.ts'
import { type StudioOptions, apolloConfig, studioPlugins } from './studio.ts'

/** What differs between servers. */
export interface ServerOptions {
  readonly log: Log
  /** Whether the sandbox answers in place of Magic Hour. */
  readonly isSandbox: boolean
  /** Whether a browser that opens the endpoint gets Apollo Sandbox. */
  readonly hasLandingPage: boolean
  /** Whether the schema can be read by `__schema` and `__type`. Default: true. */
  readonly introspection?: boolean
  /** The graph at Apollo Studio to report to. Default: null, nothing is reported whatever the environment holds. */
  readonly studio?: StudioOptions | null
}

/** Makes the options of an Apollo Server over our schema: also for a server that somebody else runs. */
export const createServerOptions = ({
  log,
  isSandbox,
  hasLandingPage,
  introspection = true,
  studio = null,
}: ServerOptions) =>
  ({
    schema: createSchema(),
    formatError,
    parseOptions,
    validationRules: [...documentRules(introspection)],
    validationOptions: validationOptions(introspection),
    // Where it is switched off, a rule of ours says so in the same words over every transport.
    introspection: true,
    apollo: apolloConfig(studio),
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    logger: apolloLogger(log),
    plugins: [
      ...studioPlugins(studio),
      answerOverHttp,
      logOperations(log),
      refuseSubscriptions,
      ...(isSandbox ? [announceSandbox] : []),
      hasLandingPage ? apolloSandbox(isSandbox) : ApolloServerPluginLandingPageDisabled(),
      // It would watch each field for cache hints, and there are none.
      ApolloServerPluginCacheControlDisabled(),
    ],
  }) satisfies ApolloServerOptions<GraphQLContext>

/** Apollo Server's own words, which it would write to the console, past the log. */
const apolloLogger = (log: Log): NonNullable<ApolloServerOptions<GraphQLContext>['logger']> => ({
  debug: () => undefined,
  info: (message) => log.info({ from: 'apollo-server' }, String(message)),
  warn: (message) => log.info({ from: 'apollo-server' }, String(message)),
  error: (message) => log.error({ from: 'apollo-server' }, String(message)),
})

/** Makes the Apollo Server. It listens to nothing by itself. */
export const createServer = (options: ServerOptions): ApolloServer<GraphQLContext> =>
  new ApolloServer<GraphQLContext>(createServerOptions(options))
