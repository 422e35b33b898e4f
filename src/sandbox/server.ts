import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { addApiRoutes } from './api-routes.ts'
import { ApiFailure, StorageFailure } from './failures.ts'
import { sandboxHeader } from './sandbox-header.ts'
import type { Services } from './services.ts'
import { addStorageRoutes } from './storage-routes.ts'

/** The HTTP side of the sandbox, ready to listen. Each of its answers bears the header `magic-hour-sandbox: true`. */
export const createServer = (services: Services): FastifyInstance => {
  const app = Fastify({
    // A create that hangs on purpose would keep a polite close waiting for ever.
    forceCloseConnections: true,
    // Names and paths are kept for as long as their project is: this bounds the memory. Uploads are streams, without this limit.
    bodyLimit: 64 * 1024,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_000 },
    frameworkErrors: (error, request, reply) => {
      services.requestLog.end(request, 400)
      sendFailure(error, reply.header(...sandboxHeader))
    },
  })
  app.addHook('onRequest', async (request, reply) => {
    services.requestLog.begin(request)
    void reply.header(...sandboxHeader)
  })
  app.addHook('onSend', async (request, reply) => services.requestLog.end(request, reply.statusCode))
  app.setErrorHandler((error, _request, reply) => sendFailure(error, reply))
  app.setNotFoundHandler((_request, reply) => sendFailure(new ApiFailure(404, 'Not Found'), reply))

  app.register(async (scope) => addApiRoutes(scope, services))
  app.register(async (scope) => addStorageRoutes(scope, services))
  return app
}

const sendFailure = (error: unknown, reply: FastifyReply): FastifyReply => {
  if (error instanceof StorageFailure) {
    return reply.status(error.status).type('application/xml').send(storageXml(error))
  }
  const { status, code, message } = asApiFailure(error)
  return reply.status(status).send(code === undefined ? { message } : { code, message })
}

const asApiFailure = (error: unknown): ApiFailure => {
  if (error instanceof ApiFailure) return error
  // Fastify's own refusals (no JSON, too long, wrong type) have several statuses; upstream knows one for all of them.
  if (isBadRequest(error)) return new ApiFailure(400, error.message)
  return new ApiFailure(500, `The sandbox failed: ${String(error)}`)
}

const isBadRequest = (error: unknown): error is Error & { statusCode: number } =>
  error instanceof Error && 'statusCode' in error && Number(error.statusCode) >= 400 && Number(error.statusCode) < 500

const storageXml = ({ code, message }: StorageFailure): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`
