import { randomUUID } from 'node:crypto'
import cors from '@fastify/cors'
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { strictPolicy } from './content-security-policy.ts'
import { errorBody, refuse } from './refuse.ts'
import { securityHeaders } from './security-headers.ts'
import { limitSlowRequests } from './slow-requests.ts'

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
  /** How long a client may take to send a request, in milliseconds. Default: 30 000. */
  readonly requestTimeoutMs?: number
}

/** A GraphQL request is text: the largest useful one is a few kilobytes. */
const bodyLimitBytes = 262_144

/** Makes the Fastify app with what holds for every route: request ids, security headers, CORS, log lines, error bodies. */
export const createHttpServer = async ({
  log,
  corsOrigins,
  isSandbox,
  requestTimeoutMs = 30_000,
}: HttpServerOptions): Promise<FastifyInstance> => {
  const app = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    // Node's own bound for headers and body together would end slow uploads: see `limitSlowRequests`.
    requestTimeout: 0,
    http: { headersTimeout: requestTimeoutMs },
    forceCloseConnections: 'idle',
    // A request on a connection that is still open is told in GraphQL's own form that the server is shutting down.
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    frameworkErrors: (error, _request, reply) => void refuse(reply, error),
  })
  // Before CORS, which answers the requests of its own.
  addHeaders(app, isSandbox)
  await app.register(cors, {
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    methods: ['GET', 'POST', 'PUT'],
    exposedHeaders: [
      'x-request-id',
      'magic-hour-sandbox',
      'retry-after',
      'etag',
      'accept-ranges',
      'content-range',
      'content-length',
      'content-disposition',
    ],
    maxAge: 600,
  })
  limitSlowRequests(app.server, requestTimeoutMs)
  letConnectionsEnd(app)
  answerErrors(app, log)
  logRequests(app, log)
  return app
}

const addHeaders = (app: FastifyInstance, isSandbox: boolean): void => {
  const headers = { ...securityHeaders(strictPolicy), ...(isSandbox && { 'magic-hour-sandbox': 'true' }) }
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id)
    done()
  })
}

/** A connection that is kept alive after the last answer would hold up the end of the server for as long as the grace is. */
const letConnectionsEnd = (app: FastifyInstance): void => {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    if (isClosing) reply.header('connection', 'close')
    return payload
  })
}

/** Of a URL the log has the path alone: the rest may be a query. */
const logRequests = (app: FastifyInstance, log: HttpLog): void => {
  const nameOf = ({ id, method, url }: FastifyRequest) => ({ requestId: id, method, path: url.split('?', 1)[0] })
  app.addHook('onResponse', (request, reply, done) => {
    log.info({ ...nameOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request')
    done()
  })
  // Fastify's own hook for it does not fire once the body has been read.
  app.addHook('onRequest', (request, reply, done) => {
    // The end of a WebSocket is none of a request.
    if (!request.ws)
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) log.info(nameOf(request), 'the client went away')
      })
    done()
  })
}

const answerErrors = (app: FastifyInstance, log: HttpLog): void => {
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody('NOT_FOUND', 'There is nothing here.')))
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if ((error.statusCode ?? 500) < 500) return refuse(reply, error)
    log.error({ requestId: request.id, err: error }, 'unforeseen error')
    return reply.code(error.statusCode ?? 500).send(errorBody('INTERNAL_SERVER_ERROR'))
  })
}

/** The id that the client or a proxy gave, when it is harmless in a log line; else a new one. */
const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
