import { randomUUID } from 'node:crypto'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import { type FastifyError, type FastifyInstance, fastify } from 'fastify'
import { errorCatalogue } from '../graphql/error-catalogue.ts'
import type { ErrorCode } from '../graphql/generated/resolvers.ts'
import { strictPolicy } from './content-security-policy.ts'

/** What the HTTP server needs of a logger. */
export interface HttpLog {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

interface HttpServerOptions {
  readonly log: HttpLog
  readonly corsOrigins: readonly string[]
  /** Whether every answer carries the header that says so. */
  readonly isSandbox: boolean
}

/** A GraphQL request is text: the largest useful one is a few kilobytes. */
const bodyLimitBytes = 262_144

/** Makes the Fastify app with what holds for every route: request ids, security headers, CORS, log lines, error bodies. */
export const createHttpServer = async ({
  log,
  corsOrigins,
  isSandbox,
}: HttpServerOptions): Promise<FastifyInstance> => {
  const app = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
  })
  await app.register(helmet, {
    contentSecurityPolicy: strictPolicy,
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  })
  await app.register(cors, {
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id', 'magic-hour-sandbox'],
    maxAge: 600,
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (isSandbox) reply.header('magic-hour-sandbox', 'true')
  })
  app.addHook('onResponse', async ({ id, method, url }, reply) => {
    const path = url.split('?', 1)[0]
    log.info({ requestId: id, method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request')
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody('NOT_FOUND', 'There is nothing here.')))
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return reply.code(status).send(errorBody('BAD_REQUEST', error.message))
    log.error({ requestId: request.id, err: error }, 'unforeseen error')
    return reply.code(status).send(errorBody('INTERNAL_SERVER_ERROR'))
  })
  return app
}

/** The id that the client or a proxy gave, when it is harmless in a log line; else a new one. */
const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()

/** An error in the shape that GraphQL clients read. */
const errorBody = (code: ErrorCode, words?: string) => {
  const { message, retryable, charged } = errorCatalogue[code]
  return { errors: [{ message: words ?? message, extensions: { code, retryable, charged } }] }
}
