import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { type Lane, runClosedLoop } from './closed-loop.ts'
import { WrongAnswer, isRight, isWhole } from './http-answer.ts'
import { type LoadFigures, type LoadOrder, takeOrders } from './load-protocol.ts'
import { createNextId, templateOf, withId } from './workloads.ts'

/*
 * Makes the load, in a process of its own: a request at a time on each connection, without pipelining, and looks at each answer. It
 * works on bare sockets, because it shares a core with the stub, and the fastest server must still be what is waited for.
 */

const carryOut = async (order: LoadOrder): Promise<LoadFigures> => {
  const sockets = await Promise.all(Array.from({ length: order.connections }, () => open(order.port)))
  try {
    const nextId = createNextId(order.workload, order.run)
    return await runClosedLoop(
      sockets.map((socket) => laneOf(socket, order, nextId)),
      order.seconds,
    )
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

const open = async (port: number): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  return socket
}

const laneOf = (socket: Socket, { dialect, workload }: LoadOrder, nextId: () => string): Lane => {
  const { request, expects } = templateOf(dialect, workload)
  let received = ''
  let expected = expects
  let waiting: PromiseWithResolvers<void> | null = null
  const end = (error: Error | null): void => {
    if (error === null) waiting?.resolve()
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
  return () => {
    const id = nextId()
    received = ''
    expected = expects.map((part) => withId(part, id))
    waiting = Promise.withResolvers()
    socket.write(withId(request, id), 'latin1')
    return waiting.promise
  }
}

takeOrders(carryOut)
