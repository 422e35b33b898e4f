import { type Lane, runClosedLoop } from './closed-loop.ts'
import { type Connection, openConnection } from './connection.ts'
import { type LoadFigures, type LoadOrder, takeOrders } from './load-protocol.ts'
import { runOpenLoop } from './open-loop.ts'
import { createNextId, templateOf, withId } from './workloads.ts'

/*
 * Makes the load, in a process of its own: a request at a time on each connection, and looks at each answer.
 */

const carryOut = async (order: LoadOrder): Promise<LoadFigures> => {
  const connections = await Promise.all(Array.from({ length: order.connections }, () => openConnection(order.port)))
  try {
    const nextId = createNextId(order.workload, order.run)
    const lanes = connections.map((connection) => laneOf(connection, order, nextId))
    return order.perSecond === undefined
      ? await runClosedLoop(lanes, order.seconds)
      : await runOpenLoop(lanes, { perSecond: order.perSecond, seconds: order.seconds })
  } finally {
    for (const connection of connections) connection.close()
  }
}

const laneOf = (connection: Connection, { dialect, workload }: LoadOrder, nextId: () => string): Lane => {
  const { request, expects } = templateOf(dialect, workload)
  return () => {
    const id = nextId()
    return connection.ask(
      withId(request, id),
      expects.map((part) => withId(part, id)),
    )
  }
}

takeOrders(carryOut)
