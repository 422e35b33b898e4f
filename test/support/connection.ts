import { connect } from 'node:net'

/** One TCP connection, for requests that no HTTP client would send: half ones, malformed ones, several at once. */
export interface Connection {
  send(text: string): void
  /** Resolves with everything that came so far, as soon as the pattern is in it. Fails when the connection ends before. */
  received(pattern: RegExp): Promise<string>
  /** Resolves with everything that came, once the connection is closed. */
  readonly closed: Promise<string>
  /** Goes away without a word. */
  disconnect(): void
}

/** Opens a connection to a server. */
export const openConnection = (url: string): Connection => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const watchers = new Set<() => void>()
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    for (const look of watchers) look()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(text))
  })
  return {
    send: (more) => void socket.write(more),
    received: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(text)) resolve(text)
        }
        watchers.add(look)
        look()
        void closed.then(() => reject(new TypeError(`The connection ended without ${String(pattern)}: ${text}`)))
      }),
    closed,
    disconnect: () => socket.destroy(),
  }
}

/** Resolves as soon as a server takes no more connections. */
export const untilClosed = async (url: string): Promise<void> => {
  while (await acceptsConnections(url));
}

const acceptsConnections = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** The text of a GraphQL request, on a connection that the client would like to keep. */
export const graphQLRequest = (query: string, headers: Record<string, string> = {}): string => {
  const body = JSON.stringify({ query })
  const lines = Object.entries({
    Host: 'localhost',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return ['POST /graphql HTTP/1.1', ...lines, '', body].join('\r\n')
}
