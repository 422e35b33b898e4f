import type { IncomingMessage } from 'node:http'

/** The body of a request, piece by piece, as fast as it is asked for. */
export interface BodyReader {
  /**
   * The next piece; null: that was all.
   *
   * @throws BodyBrokenOff
   */
  read(): Promise<Buffer | null>
  /** Puts a piece back, to be read next. */
  unread(chunk: Buffer): void
}

/** The client has gone, or sends nothing more, before its body is whole. */
export class BodyBrokenOff extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'BodyBrokenOff'
  }
}

/**
 * Makes the reader of a request's body.
 *
 * @param idleMs how long the client may send nothing while a piece is waited for
 */
export const createBodyReader = (request: IncomingMessage, idleMs: number): BodyReader => {
  const putBack: Buffer[] = []
  return {
    unread: (chunk) => void putBack.push(chunk),
    read: async () => {
      const first = putBack.pop()
      if (first !== undefined) return first
      for (;;) {
        const chunk: unknown = request.read()
        if (Buffer.isBuffer(chunk)) return chunk
        if (request.readableEnded) return null
        if (request.destroyed) throw new BodyBrokenOff('the client went away')
        await change(request, idleMs)
      }
    },
  }
}

const events = ['readable', 'end', 'close', 'error'] as const

/** Resolves as soon as there is something to read, or nothing any more. */
const change = (request: IncomingMessage, idleMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      clearTimeout(timer)
      for (const event of events) request.off(event, look)
      if (error === null) resolve()
      else reject(error)
    }
    const look = (): void => settle(null)
    const timer = setTimeout(() => settle(new BodyBrokenOff('the client sends nothing more')), idleMs)
    for (const event of events) request.on(event, look)
  })
