import { type Lane, runClosedLoop } from './closed-loop.ts'
import { type Connection, openConnection } from './connection.ts'
import { type LoadFigures, type LoadOrder, takeOrders } from './load-protocol.ts'
import { runOpenLoop } from './open-loop.ts'
import { createNextId, templateOf, withId } from './workloads.ts'

/*
 * Makes the load, in a process of its own: a request at a time on each connection, and looks at each answer.
 */

interface Kept {
  readonly port: number
  readonly connections: readonly Connection[]
}
let kept: Kept | null = null

const takeConnections = async ({ port, connections: count }: LoadOrder): Promise<readonly Connection[]> => {
  const { port: keptPort, connections = [] } = kept ?? {}
  kept = null
  if (keptPort === port && connections.length === count && connections.every(({ isOpen }) => isOpen)) return connections
  for (const connection of connections) connection.close()
  return Promise.all(Array.from({ length: count }, () => openConnection(port)))
}

const carryOut = async (order: LoadOrder): Promise<LoadFigures> => {
  const connections = await takeConnections(order)
  try {
    const figures = await runOver(connections, order)
    if (order.keepsConnections) kept = { port: order.port, connections }
    return figures
  } finally {
    if (kept === null) for (const connection of connections) connection.close()
  }
}

const runOver = (connections: readonly Connection[], order: LoadOrder): Promise<LoadFigures> => {
  const nextId = createNextId(order.workload, order.run)
  const lanes = connections.map((connection) => laneOf(connection, order, nextId))
  const { perSecond, seconds } = order
  return perSecond === undefined ? runClosedLoop(lanes, seconds) : runOpenLoop(lanes, { perSecond, seconds })
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
