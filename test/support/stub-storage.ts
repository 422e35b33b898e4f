import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Answers one request, whose body has not been read. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => void

/** A real HTTP server on loopback that keeps what is PUT, as the storage behind signed links does. */
export interface StubStorage extends AsyncDisposable {
  readonly url: URL
  /** Heads of the requests, in order. */
  readonly requests: readonly Pick<IncomingMessage, 'method' | 'url' | 'headers'>[]
  /** What was stored whole, by path and query. */
  readonly stored: ReadonlyMap<string, Buffer>
  /** How many connections were opened. */
  readonly connections: () => number
}

/**
 * Starts one.
 *
 * @param serve answers in place of the storage
 */
export const startStubStorage = async (serve?: Serve): Promise<StubStorage> => {
  const requests: StubStorage['requests'][number][] = []
  const stored = new Map<string, Buffer>()
  const sockets = new Set<Socket>()
  let connections = 0
  const keep: Serve = (request, response) => {
    buffer(request).then(
      (content) => {
        stored.set(request.url ?? '', content)
        response.end()
      },
      () => undefined,
    )
  }
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    requests.push({ method, url, headers })
    request.on('error', () => undefined)
    ;(serve ?? keep)(request, response)
  })
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    requests,
    stored,
    connections: () => connections,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
