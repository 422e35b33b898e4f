import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { webSocketUrl } from '../../test/support/subscribe.ts'

/** How a crowd is spread over sockets. */
export interface Shape {
  readonly sockets: number
  readonly operationsEach: number
}

/** Many who subscribe to one job. */
export interface Crowd extends Disposable {
  /** Resolves when each has heard so many states. */
  heard(states: number): Promise<void>
}

/** The only job that there is. */
export const jobId = 'project-1'

/** How many sockets are opened at a time: the queue of those that wait to be accepted is short. */
const atOnce = 200

/** Opens the sockets and subscribes. It reads messages by their beginning alone, so that the crowd takes little of the machine. */
export const gather = async (url: string, { sockets, operationsEach }: Shape): Promise<Crowd> => {
  const opened: WebSocket[] = []
  let states = 0
  let problem: string | null = null
  const onMessage = (socket: WebSocket, text: string): void => {
    if (text.includes('"connection_ack"')) subscribe(socket, operationsEach)
    if (text.includes('"next"')) states += 1
    if (text.includes('"error"')) problem ??= text
  }
  for (let begun = 0; begun < sockets; begun += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, sockets - begun) }, () => open(url, onMessage))
    opened.push(...(await Promise.all(batch)))
  }
  return {
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

const open = (url: string, onMessage: (socket: WebSocket, text: string) => void): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(webSocketUrl(url), 'graphql-transport-ws', { perMessageDeflate: false })
    socket.on('message', (data: Buffer) => onMessage(socket, data.toString()))
    socket.on('error', reject)
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init' }))
      resolve(socket)
    })
  })

const subscribe = (socket: WebSocket, count: number): void => {
  const query = `subscription Watch { jobUpdated(id: "${jobId}") { id status creditsCharged downloads { url expiresAt } } }`
  for (let id = 0; id < count; id += 1) {
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }))
  }
}
