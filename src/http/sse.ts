import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ExecutionResult, OperationTypeNode } from 'graphql'
import { print } from 'graphql-sse'
import { type Operation, OperationRefused, type OperationRequest, type Operations } from '../graphql/operation.ts'
import { originOf } from './origin.ts'
import { errorBody, refuse } from './refuse.ts'
import { readSseRequest, singleConnection } from './sse-request.ts'

interface SseOptions {
  readonly operations: Operations
  /** How often a comment is sent, in milliseconds: proxies close a line on which nothing comes. Default: 12 000. */
  readonly keepAliveMs?: number
}

const url = '/graphql/stream'

/** No proxy may keep, change or collect the events; nginx reads the last one. */
const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  // Kept alive after its stream, a connection would hold up the end of the server for as long as the grace is.
  connection: 'close',
}

/** A line that clients pass over. The first one is sent at once: some browsers take the response for open only then. */
const comment = ':\n\n'

/**
 * `/graphql/stream`: GraphQL over server-sent events in the distinct connections mode (graphql-sse, PROTOCOL.md), POST and GET.
 * It is answered here and not by graphql-sse's handler, which keeps without bound what a client does not read, ends every
 * stream with `complete`, and has no codes in its errors.
 *
 * When the server closes, subscriptions end without `complete`, so that clients subscribe again elsewhere.
 */
export const registerSse = (app: FastifyInstance, { operations, keepAliveMs = 12_000 }: SseOptions): void => {
  const running = new Set<Operation>()
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    for (const operation of running) if (isSubscription(operation)) void operation.results.return?.()
  })

  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (isClosing) return reply.code(503).send(errorBody('SHUTTING_DOWN'))
    const asked = readSseRequest(request)
    if ('problem' in asked) return refuse(reply, asked.problem)
    const operation = prepare(operations, asked.operation, request)
    if (operation instanceof OperationRefused) return send(reply, [next(operation.result), complete])
    if (request.method === 'GET' && operation.kind === OperationTypeNode.MUTATION)
      return refuse(reply.header('allow', 'POST'), { statusCode: 405, message: 'Send mutations by POST.' })
    running.add(operation)
    void operation.ended.then(() => running.delete(operation))
    whileOpen(reply, operation, keepAliveMs)
    return send(
      reply,
      events(operation, () => isClosing && isSubscription(operation)),
    )
  }

  void app.register(async (scope) => {
    // A page may send plain text to any site without asking it first.
    scope.removeContentTypeParser('text/plain')
    scope.route({ method: ['GET', 'POST'], url, exposeHeadRoute: false, handler: answer })
    scope.route({
      method: ['PUT', 'DELETE'],
      url,
      handler: (_request, reply) =>
        refuse(reply.header('allow', 'GET, POST'), { statusCode: 405, message: singleConnection }),
    })
  })
}

const prepare = (
  operations: Operations,
  operation: OperationRequest,
  request: FastifyRequest,
): Operation | OperationRefused => {
  try {
    return operations.prepare(operation, {
      authorization: request.headers.authorization,
      origin: originOf(request),
      requestId: request.id,
    })
  } catch (error) {
    if (error instanceof OperationRefused) return error
    throw error
  }
}

const isSubscription = ({ kind }: Operation): boolean => kind === OperationTypeNode.SUBSCRIPTION

/** Errors too are events, of a stream with 200: `EventSource` shows a page nothing of an answer with another status. */
const next = (data: ExecutionResult): string => print({ event: 'next', data })
const complete = print({ event: 'complete', data: null })

const events = async function* ({ results }: Operation, isCutShort: () => boolean): AsyncGenerator<string> {
  yield comment
  try {
    for await (const result of results) yield next(result)
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error
    yield next(error.result)
  }
  if (!isCutShort()) yield complete
}

/** Each event is asked for when the one before is written: what a client does not read is not kept for it. */
const send = (reply: FastifyReply, stream: Iterable<string> | AsyncIterable<string>): FastifyReply =>
  reply.headers(headers).send(Readable.from(stream))

/** Keeps the line open; ends the operation when it is closed. */
const whileOpen = ({ raw }: FastifyReply, { results }: Operation, keepAliveMs: number): void => {
  const pings = setInterval(() => {
    if (!raw.writableEnded && !raw.writableNeedDrain) raw.write(comment)
  }, keepAliveMs)
  const end = (): void => {
    clearInterval(pings)
    void results.return?.()
  }
  raw.once('close', end)
  // The client may have gone before the handler began.
  if (raw.destroyed) end()
}
