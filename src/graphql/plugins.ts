import type { ApolloServerPlugin } from '@apollo/server'
import { GraphQLError, OperationTypeNode } from 'graphql'
import type { GraphQLContext } from './context.ts'
import { formatError } from './format-error.ts'
import { type Log, logFaults, logOperation } from './log-operation.ts'
import { answerMediaType } from './media-type.ts'

/**
 * Logs each operation by its name and the codes of its errors, never by its text or variables: they may hold signed links.
 * A fault that nobody foresaw is logged with its stack, under the request's id; so is a job that is paid, or may be, and does
 * not reach the client: with its id, where that is known.
 */
export const logOperations = (log: Log): ApolloServerPlugin<GraphQLContext> => ({
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue }) => logFaults(log, contextValue.requestId, errors),
    willSendResponse: async ({ operation = null, response: { body }, contextValue }) => {
      const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : []
      const codes = errors.map(({ extensions }) => extensions?.['code'])
      logOperation(log, { requestId: contextValue.requestId, operation, codes })
    },
  }),
})

/** A subscription answers with many results, and this way of asking with one. */
export const refuseSubscriptions: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation }) => {
      if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return
      throw new GraphQLError('Subscribe over WebSocket at /graphql, or over server-sent events at /graphql/stream.', {
        extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
      })
    },
  }),
}

/** Says in every answer that the sandbox gave it: `extensions.sandbox`. */
export const announceSandbox: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response }) => {
      if (response.body.kind === 'single')
        response.body.singleResult.extensions = { ...response.body.singleResult.extensions, sandbox: true }
    },
  }),
}

/**
 * Gives an answer the form and status that GraphQL over HTTP asks for. In the older form, `application/json`, a request that
 * could be read is answered with 200 whatever its document came to: there a status of 4xx may come from any proxy.
 */
export const answerOverHttp: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ request: { http }, response, errors }) => {
      if (http === undefined || response.body.kind !== 'single') return
      const mediaType = answerMediaType(http.headers.get('accept'))
      response.http.headers.set('content-type', `${mediaType}; charset=utf-8`)
      // It is one caller's, and may hold signed links.
      response.http.headers.set('cache-control', 'no-store')
      const isReadable = errors?.every(
        (error) => formatError(error.toJSON(), error).extensions?.['code'] !== 'BAD_REQUEST',
      )
      if (mediaType === 'application/json' && response.http.status === 400 && isReadable) response.http.status = 200
    },
  }),
}
