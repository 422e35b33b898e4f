import type { Socket } from 'node:net'
import websocket, { type WebSocket, type WebsocketHandler } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { handleProtocols } from 'graphql-ws'
import type { Operations } from '../graphql/operation.ts'
import { isAllowedOrigin, originOf } from './origin.ts'
import { refuse } from './refuse.ts'
import { createWebSocketTransport } from './websocket-transport.ts'

interface WebSocketOptions {
  readonly operations: Operations
  /** The origins of the pages that may connect, besides those that come from this host; `*`: any. */
  readonly origins: readonly string[]
  /** How often each client is asked whether it is still there, in milliseconds. Default: 25 000. */
  readonly keepAliveMs?: number
  /** How long a client may take to begin, in milliseconds. Default: 3 000. */
  readonly initTimeoutMs?: number
}

/** An operation is a few kilobytes of text. */
const maxMessageBytes = 65_536

/** What a client may leave unread before no more is read from it. */
const maxUnreadBytes = 1_048_576

/** How long a client may take to answer that it is leaving; `ws` by itself waits for half a minute. */
const closing = { closeTimeout: 2_000 }

/**
 * GraphQL over WebSocket, sub-protocol `graphql-transport-ws`. The caller shows their key in the `Authorization` header or, as
 * browsers cannot set one, in `connectionParams`: `{ authorization: 'Bearer <key>' }`.
 *
 * When the server closes, each connection is closed with 1001 as soon as its queries and mutations are answered, so that
 * clients subscribe again elsewhere.
 *
 * @returns the handler for the route
 */
export const registerWebSocket = async (
  app: FastifyInstance,
  { operations, origins, keepAliveMs = 25_000, initTimeoutMs = 3_000 }: WebSocketOptions,
): Promise<WebsocketHandler> => {
  const transport = createWebSocketTransport(operations, initTimeoutMs)
  await app.register(websocket, {
    options: { handleProtocols, maxPayload: maxMessageBytes, ...closing },
    // `ws` closes a socket that breaks the protocol by itself.
    errorHandler: (_error, socket) => socket.close(4500, 'Internal server error'),
    preClose: (done) => {
      app.websocketServer.close()
      transport.drain()
      done()
    },
  })
  app.addHook('onRequest', async (request, reply) => {
    if (request.ws && !isAllowedOrigin(request, origins))
      await refuse(reply, { statusCode: 403, message: 'Pages of this origin may not connect.' })
  })
  return (socket, request) => {
    keepAlive(socket, keepAliveMs)
    holdBack(socket, request.raw.socket)
    transport.open(socket, { authorization: request.headers.authorization, origin: originOf(request) })
  }
}

/** Ends the connections that are left, whatever is under way on them. */
export const cutWebSockets = ({ websocketServer: { clients } }: FastifyInstance): void => {
  for (const socket of clients) socket.terminate()
}

/** Notices a client that is gone without a word, or that does not read: it does not answer. */
const keepAlive = (socket: WebSocket, intervalMs: number): void => {
  let isThere = true
  socket.on('pong', () => {
    isThere = true
  })
  const timer = setInterval(() => {
    if (!isThere) return socket.terminate()
    isThere = false
    return socket.ping()
  }, intervalMs)
  socket.once('close', () => clearInterval(timer))
}

/** What a client does not read is kept for it, so no more is read from one that leaves too much: not even its requests. */
const holdBack = (socket: WebSocket, connection: Socket): void => {
  socket.on('message', () => {
    if (socket.bufferedAmount <= maxUnreadBytes || socket.isPaused) return
    socket.pause()
    connection.once('drain', () => socket.resume())
  })
}
