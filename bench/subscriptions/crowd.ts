import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { webSocketUrl } from '../../test/support/subscribe.ts'

/** How a crowd is spread over sockets. */
export interface Shape {
  readonly sockets: number
  readonly operationsEach: number
}

/** Who they are, and what they wait for. */
export interface Interest {
  /** As in the header; null: they show no key. */
  readonly authorization: string | null
  /** The job of the subscription with this number, from 0 on. */
  readonly jobIdOf: (number: number) => string
}

/** Many who subscribe. */
export interface Crowd extends Disposable {
  /** How many sockets are open. */
  readonly open: number
  /** How many states all of them have heard. */
  readonly states: number
  /** Resolves when each has heard so many states. */
  heard(states: number): Promise<void>
}

/** The only job that there is, where nothing else is said. */
export const jobId = 'project-1'
const sameJob: Interest = { authorization: null, jobIdOf: () => jobId }

/** How many sockets are opened at a time: the queue of those that wait to be accepted is short. */
const atOnce = 200

/** Opens the sockets and subscribes. It reads messages by their beginning alone, so that the crowd takes little of the machine. */
export const gather = async (url: string, shape: Shape, interest: Interest = sameJob): Promise<Crowd> => {
  const { sockets, operationsEach } = shape
  const opened: WebSocket[] = []
  let states = 0
  let problem: string | null = null
  const onMessage = (socket: WebSocket, text: string, place: number): void => {
    if (text.includes('"connection_ack"'))
      subscribe(socket, jobIdsFrom(interest, place * operationsEach, operationsEach))
    if (text.includes('"next"')) states += 1
    if (text.includes('"error"')) problem ??= text
  }
  for (let begun = 0; begun < sockets; begun += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, sockets - begun) }, (_, index) =>
      open(url, interest, (socket, text) => onMessage(socket, text, begun + index)),
    )
    opened.push(...(await Promise.all(batch)))
  }
  return {
    get open() {
      return opened.filter(({ readyState }) => readyState === WebSocket.OPEN).length
    },
    get states() {
      return states
    },
    heard: async (each) => {
      const haveAll = (): boolean => {
        if (problem !== null) throw new TypeError(problem)
        return states >= each * sockets * operationsEach
      }
      while (!haveAll()) await setTimeout(1)
    },
    [Symbol.dispose]: () => {
      for (const socket of opened) socket.terminate()
    },
  }
}

const open = (
  url: string,
  { authorization }: Interest,
  onMessage: (socket: WebSocket, text: string) => void,
): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(webSocketUrl(url), 'graphql-transport-ws', { perMessageDeflate: false })
    socket.on('message', (data: Buffer) => onMessage(socket, data.toString()))
    socket.on('error', reject)
    socket.on('open', () => {
      const payload = authorization === null ? {} : { payload: { authorization } }
      socket.send(JSON.stringify({ type: 'connection_init', ...payload }))
      resolve(socket)
    })
  })

const jobIdsFrom = ({ jobIdOf }: Interest, first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => jobIdOf(first + index))

const query =
  'subscription Watch($id: ID!) { jobUpdated(id: $id) { id status creditsCharged downloads { url expiresAt } } }'

const subscribe = (socket: WebSocket, jobIds: readonly string[]): void => {
  for (const [number, id] of jobIds.entries()) {
    socket.send(JSON.stringify({ id: String(number), type: 'subscribe', payload: { query, variables: { id } } }))
  }
}
