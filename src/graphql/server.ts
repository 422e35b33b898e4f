import { ApolloServer, type ApolloServerOptions } from '@apollo/server'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default'
import type { GraphQLContext } from './context.ts'
import { formatError } from './format-error.ts'
import { limitRules, parseOptions } from './limits.ts'
import type { Log } from './log-operation.ts'
import { announceSandbox, answerOverHttp, logOperations, refuseSubscriptions } from './plugins.ts'
import { createSchema } from './schema.ts'

/** What differs between servers. */
export interface ServerOptions {
  readonly log: Log
  /** Whether the sandbox answers in place of Magic Hour. */
  readonly isSandbox: boolean
  /** Whether a browser that opens the endpoint gets Apollo Sandbox. */
  readonly hasLandingPage: boolean
}

/** A first thing to run, shown by the landing page. */
const firstDocument = `query Account {
  account {
    credits
    tier
  }
}
`

/** Makes the options of an Apollo Server over our schema: also for a server that somebody else runs. */
export const createServerOptions = ({ log, isSandbox, hasLandingPage }: ServerOptions) =>
  ({
    schema: createSchema(),
    formatError,
    parseOptions,
    validationRules: [...limitRules],
    // The contract is public, and the Explorer reads it by introspection.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    logger: apolloLogger(log),
    plugins: [
      answerOverHttp,
      logOperations(log),
      refuseSubscriptions,
      ...(isSandbox ? [announceSandbox] : []),
      hasLandingPage
        ? ApolloServerPluginLandingPageLocalDefault({ embed: true, document: firstDocument })
        : ApolloServerPluginLandingPageDisabled(),
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
