import { once } from 'node:events'
import { connect } from 'node:net'
import { WrongAnswer, isRight, isWhole } from './http-answer.ts'

/** A connection to a server on loopback, for one request at a time, without pipelining. */
export interface Connection {
  /**
   * Sends a request, and resolves when its answer is whole.
   *
   * @param request a character a byte
   * @param expects what the answer must contain
   * @returns the answer, head and body
   * @throws WrongAnswer when it is not the right one, or the connection was closed
   */
  ask(request: string, expects: readonly string[]): Promise<string>
  readonly isOpen: boolean
  close(): void
}

/** Opens one, on a bare socket: the load shares a core with the stub, and the fastest server must still be what is waited for. */
export const openConnection = async (port: number): Promise<Connection> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  let received = ''
  let expected: readonly string[] = []
  let waiting: PromiseWithResolvers<string> | null = null
  const end = (error: Error | null): void => {
    if (error === null) waiting?.resolve(received)
    else waiting?.reject(error)
  }
  socket.on('data', (chunk) => {
    received += String(chunk)
    try {
      if (isWhole(received)) end(isRight(received, expected) ? null : new WrongAnswer(received))
    } catch (error) {
      end(error instanceof Error ? error : new WrongAnswer(received))
    }
  })
  socket.on('error', end)
  socket.on('close', () => end(new WrongAnswer(`the connection was closed after «${received}»`)))
  return {
    ask: (request, expects) => {
      if (socket.destroyed) return Promise.reject(new WrongAnswer('the connection was closed before it was used'))
      received = ''
      expected = expects
      waiting = Promise.withResolvers()
      socket.write(request, 'latin1')
      return waiting.promise
    },
    get isOpen() {
      return socket.readyState === 'open'
    },
    close: () => socket.destroy(),
  }
}
