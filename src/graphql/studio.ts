import type { ApolloServerOptions, ApolloServerPlugin, BaseContext } from '@apollo/server'
import {
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { ApolloServerPluginSchemaReporting } from '@apollo/server/plugin/schemaReporting'
import { ApolloServerPluginUsageReporting } from '@apollo/server/plugin/usageReporting'

/** The graph at Apollo Studio that a server reports to. */
export interface StudioOptions {
  /** Its graph API key. A secret. */
  readonly key: string
  /** `graph@variant`. */
  readonly graphRef: string
  /** Whether the schema is reported too, and not only how it is used. */
  readonly reportsSchema: boolean
  /** Where reports go: to `/api/ingress/traces` and `/api/graphql` of this origin. Default: Apollo's own servers. */
  readonly origin?: string
}

/**
 * A report that cannot be delivered is tried a second time and then dropped: the last one is sent while the server stops, and
 * must not hold up the recording of paid jobs for longer than these two attempts.
 */
const delivery = { requestTimeoutMs: 5_000, maxAttempts: 2 }

/** Values, headers, the texts of errors and documents that do not run may hold keys and signed links: none of them is sent. */
const nothingSecret = {
  sendVariableValues: { none: true },
  sendHeaders: { none: true },
  sendErrors: { masked: true },
  sendUnexecutableOperationDocuments: false,
} as const

/** Apollo's plugin counts an operation one turn of the event loop after its answer: without this, the last one may be missed. */
const countTheLast: ApolloServerPlugin = {
  serverWillStart: async () => ({
    drainServer: () => new Promise((resolve) => void setImmediate(resolve)),
  }),
}

/**
 * The plugins that report to Apollo Studio, or that keep Apollo Server from it: left to itself it would read `APOLLO_KEY` and
 * `APOLLO_SCHEMA_REPORTING` from the environment.
 *
 * @param studio null: nothing is reported
 */
export const studioPlugins = (studio: StudioOptions | null): ApolloServerPlugin[] => {
  if (studio === null) return [ApolloServerPluginUsageReportingDisabled(), ApolloServerPluginSchemaReportingDisabled()]
  const { origin, reportsSchema } = studio
  return [
    countTheLast,
    ApolloServerPluginUsageReporting({
      ...nothingSecret,
      ...delivery,
      ...(origin !== undefined && { endpointUrl: origin }),
    }),
    reportsSchema
      ? ApolloServerPluginSchemaReporting(
          origin === undefined ? {} : { endpointUrl: `${origin}/api/graphql`, initialDelayMaxMs: 0 },
        )
      : ApolloServerPluginSchemaReportingDisabled(),
  ]
}

/**
 * Which graph it is. The two empty ones keep Apollo Server from reading `APOLLO_GRAPH_ID` and `APOLLO_GRAPH_VARIANT`, beside
 * which it refuses a graph ref.
 */
export const apolloConfig = (
  studio: StudioOptions | null,
): NonNullable<ApolloServerOptions<BaseContext>['apollo']> => ({
  ...(studio !== null && { key: studio.key, graphRef: studio.graphRef }),
  graphId: '',
  graphVariant: '',
})
