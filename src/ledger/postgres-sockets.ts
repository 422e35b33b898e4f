import { Socket } from 'node:net'

/** How long connections are given to end in order. */
const closeTimeoutMs = 5_000

/** The sockets of connections, so that those that do not end when they are told to can be cut. */
export const createSockets = () => {
  const open = new Set<Socket>()
  return {
    open: (): Socket => {
      const socket = new Socket()
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    /** Waits for an orderly end, and not for ever: a database that has gone silent never says that it is one. */
    closeAfter: async (ended: Promise<unknown>): Promise<void> => {
      const { promise: isLate, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, closeTimeoutMs)
      await Promise.race([ended.catch(() => undefined), isLate])
      clearTimeout(timer)
      for (const socket of open) socket.destroy()
    },
  }
}
