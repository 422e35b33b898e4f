import { once } from 'node:events'
import { type ClientOptions, WebSocket } from 'ws'
import { z } from 'zod'
import { webSocketUrl } from './subscribe.ts'

/** A message of graphql-transport-ws. */
export type Message = z.infer<typeof message>

const message = z.looseObject({ type: z.string(), id: z.string().optional() })

/** One WebSocket, for messages that no GraphQL client would send. */
export interface RawSocket extends Disposable {
  readonly socket: WebSocket
  send(message: object | string): void
  /** Resolves with the first message that came of this type, for this operation if one is named. Fails when the socket closes before. */
  received(type: string, id?: string): Promise<Message>
  /** Resolves with the code, once the socket is closed. */
  readonly closed: Promise<number>
}

/** Opens a socket. Rejects when the upgrade is refused. */
export const openRawSocket = async (
  url: string,
  {
    protocol = 'graphql-transport-ws',
    ...options
  }: Omit<ClientOptions, 'protocol'> & { readonly protocol?: string } = {},
): Promise<RawSocket> => {
  const socket = new WebSocket(webSocketUrl(url), protocol === '' ? [] : protocol, options)
  const watchers = new Set<() => void>()
  const messages: Message[] = []
  socket.on('message', (data: Buffer) => {
    messages.push(message.parse(JSON.parse(data.toString())))
    for (const look of watchers) look()
  })
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve)
  })
  await once(socket, 'open')
  socket.on('error', () => undefined)
  return {
    socket,
    closed,
    send: (what) => socket.send(typeof what === 'string' ? what : JSON.stringify(what)),
    received: (type, id) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = messages.find((one) => one.type === type && (id === undefined || one.id === id))
          if (found !== undefined) resolve(found)
        }
        watchers.add(look)
        look()
        void closed.then((code) => reject(new TypeError(`Closed with ${code}, without «${type}».`)))
      }),
    [Symbol.dispose]: () => socket.terminate(),
  }
}

/** Opens a socket on which operations may be sent. */
export const openReadySocket = async (
  url: string,
  params: object = {},
  options: Omit<ClientOptions, 'protocol'> = {},
): Promise<RawSocket> => {
  const socket = await openRawSocket(url, options)
  socket.send({ type: 'connection_init', payload: params })
  await socket.received('connection_ack')
  return socket
}
