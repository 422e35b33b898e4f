import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers one request; may also do nothing, or tear the connection down. */
export type Respond = (response: ServerResponse, request: WireRequest) => void

/** A real HTTP server on loopback that answers as told and remembers what it was asked. */
export interface StubServer extends AsyncDisposable {
  readonly url: URL
  /** Everything that came, in order. */
  readonly requests: readonly WireRequest[]
  /** How many connections were opened. */
  readonly connections: () => number
  /** Resolves as soon as so many requests have come whole. */
  received(count: number): Promise<void>
}

/**
 * Starts a server.
 *
 * @param respond called for each request, once its body has come whole
 */
export const startStub = async (respond: Respond): Promise<StubServer> => {
  const requests: WireRequest[] = []
  const watchers = new Set<() => void>()
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((incoming, response) => {
    void text(incoming)
      .catch(() => '')
      .then((body) => {
        const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body }
        requests.push(request)
        for (const look of watchers) look()
        respond(response, request)
      })
  })
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const port = await listen(server)
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    requests,
    connections: () => connections,
    received: (count) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (requests.length < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Respond =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }

/** Answers the first request with the first, the second with the second …, and all later ones with the last. */
export const inTurn = (...responds: readonly Respond[]): Respond => {
  let turn = 0
  return (response, request) => {
    const respond = responds[Math.min(turn, responds.length - 1)]
    turn += 1
    respond?.(response, request)
  }
}
