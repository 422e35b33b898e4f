import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import { type Socket, connect } from 'node:net'

/** A proxy before the app, as there is one in many networks, which can be told to be a bad one. */
export interface FrontDoor extends AsyncDisposable {
  readonly url: string
  /** `METHOD /path` of each request that came, WebSockets as `UPGRADE /path`. */
  readonly requests: readonly string[]
  /** Answers 502 to each request of which this is true. */
  refuse(isRefused: (request: string) => boolean): void
  /** Says what becomes of an answer, by the request's body: it is passed on, cut off, or never comes. */
  loseAnswers(fateOf: (body: string) => Fate): void
  /** Cuts every connection, and takes no more until it is opened. */
  shut(): void
  open(): void
}

/** What becomes of an answer. The server has done its work in any case. */
export type Fate = 'PASS' | 'CUT' | 'HOLD'

/** Starts one before the server at this address. */
export const startFrontDoor = async (target: string): Promise<FrontDoor> => {
  const { hostname, port } = new URL(target)
  const requests: string[] = []
  const sockets = new Set<Socket>()
  let isShut = false
  let fateOf = (_body: string): Fate => 'PASS'
  let isRefused = (_request: string): boolean => false

  const lets = (incoming: IncomingMessage, method: string): boolean => {
    const name = `${method} ${(incoming.url ?? '').split('?', 1)[0]}`
    requests.push(name)
    return !isRefused(name)
  }
  const server = createServer((incoming, response) => {
    if (lets(incoming, incoming.method ?? ''))
      pass(incoming, response, { hostname, port, fateOf: (body) => fateOf(body) })
    else response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
  })
  server.on('upgrade', (incoming, socket: Socket, head) => {
    if (!lets(incoming, 'UPGRADE')) return void socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n')
    return passUpgrade(incoming, socket, { head, hostname, port })
  })
  server.on('connection', (socket) => {
    if (isShut) return void socket.destroy()
    sockets.add(socket)
    return void socket.once('close', () => sockets.delete(socket))
  })
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const own = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    url: `http://127.0.0.1:${own}`,
    requests,
    refuse: (decide) => {
      isRefused = decide
    },
    loseAnswers: (decide) => {
      fateOf = decide
    },
    shut: () => {
      isShut = true
      cut()
    },
    open: () => {
      isShut = false
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}

interface Target {
  readonly hostname: string
  readonly port: string
}

const pass = (
  incoming: IncomingMessage,
  response: ServerResponse,
  { hostname, port, fateOf }: Target & { readonly fateOf: (body: string) => Fate },
): void => {
  const body: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => body.push(chunk))
  const { method = 'GET', url = '/', headers } = incoming
  const outgoing = request({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
    const fate = fateOf(Buffer.concat(body).toString())
    if (fate === 'CUT') response.destroy()
    if (fate !== 'PASS') return
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  outgoing.once('error', () => response.destroy())
  response.once('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

const passUpgrade = (
  { url = '/', rawHeaders }: IncomingMessage,
  socket: Socket,
  { head, hostname, port }: Target & { readonly head: Buffer },
): void => {
  const outgoing = connect(Number(port), hostname, () => {
    const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []))
    outgoing.write(`GET ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    outgoing.write(head)
    outgoing.pipe(socket).pipe(outgoing)
  })
  for (const [one, other] of [
    [socket, outgoing],
    [outgoing, socket],
  ] as const) {
    one.once('error', () => other.destroy())
    one.once('close', () => other.destroy())
  }
}
