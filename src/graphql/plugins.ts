import type { ApolloServerPlugin } from '@apollo/server'
import type { GraphQLContext } from './context.ts'
import { formatError, storyOf } from './format-error.ts'
import { isErrorCode } from './error-catalogue.ts'
import { answerMediaType } from './media-type.ts'

/** What the plugins need of a logger. */
export interface Log {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * Logs each operation by its name and the codes of its errors, never by its text or variables: they may hold signed links.
 * A fault that nobody foresaw is logged with its stack, under the request's id; so is a job that is paid, or may be, and does
 * not reach the client: with its id, where that is known.
 */
export const logOperations = (log: Log): ApolloServerPlugin<GraphQLContext> => ({
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue }) => {
      for (const error of errors) {
        const { code, charged, jobId } = formatError(error.toJSON(), error).extensions ?? {}
        const words = code === 'INTERNAL_SERVER_ERROR' ? 'unforeseen error' : 'credits may be spent without a job'
        if (charged !== 'NO') log.error({ requestId: contextValue.requestId, code, jobId, err: storyOf(error) }, words)
      }
    },
    willSendResponse: async ({ operationName, operation, errors, contextValue }) => {
      const codes = (errors ?? []).map((error) => formatError(error.toJSON(), error).extensions?.['code'])
      log.info(
        {
          requestId: contextValue.requestId,
          operation: operation?.operation ?? null,
          operationName: operationName ?? null,
          ...(codes.length > 0 && { errors: codes.filter(isErrorCode) }),
        },
        'operation',
      )
    },
  }),
})

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
      const isReadable = errors?.every(
        (error) => formatError(error.toJSON(), error).extensions?.['code'] !== 'BAD_REQUEST',
      )
      if (mediaType === 'application/json' && response.http.status === 400 && isReadable) response.http.status = 200
    },
  }),
}
