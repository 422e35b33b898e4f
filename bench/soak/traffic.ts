import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Lane, runClosedLoop } from '../comparison/closed-loop.ts'
import { type Connection, openConnection } from '../comparison/connection.ts'
import type { LoadFigures } from '../comparison/load-protocol.ts'
import { runOpenLoop } from '../comparison/open-loop.ts'
import { type RequestKind, createMix } from './requests.ts'
import { type TrafficFigures, type TrafficOrder, trafficOrder } from './traffic-protocol.ts'
import { type Visitors, openVisitors } from './visitors.ts'

/*
 * Makes the traffic of the soak, in a process of its own: requests of all kinds, and subscriptions that come and go. Each answer
 * is looked at, and the first wrong one ends it.
 */

/** So many that a request which is due finds one free, unless the gateway stands still. */
const connections = 128

const mix = createMix(randomBytes(4).toString('hex'), Math.random)
const answers: Partial<Record<RequestKind, number>> = {}
let visitors: Visitors | null = null
let load: LoadFigures | null = null
let over: Promise<void> = Promise.resolve()
let problem: string | null = null

const laneOf =
  (connection: Connection): Lane =>
  async () => {
    const request = mix.next()
    mix.answered(request, await connection.ask(request.text, request.expects))
    answers[request.kind] = (answers[request.kind] ?? 0) + 1
  }

const withLanes = async (port: number, run: (lanes: readonly Lane[]) => Promise<LoadFigures>): Promise<LoadFigures> => {
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(port)))
  try {
    return await run(opened.map(laneOf))
  } finally {
    for (const connection of opened) connection.close()
  }
}

type Begin = Extract<TrafficOrder, { kind: 'begin' }>

const begin = async ({ port, perSecond, seconds, visitors: count }: Begin): Promise<void> => {
  visitors = openVisitors({ port, count, mix, random: Math.random })
  const running = withLanes(port, (lanes) => runOpenLoop(lanes, { perSecond, seconds }))
  load = await Promise.race([running, visitors.trouble])
}

const tell = (): TrafficFigures => ({
  answers,
  visits: visitors?.came ?? 0,
  states: visitors?.heard ?? 0,
  load,
  problem,
})

const carryOut = async (order: TrafficOrder): Promise<LoadFigures | TrafficFigures> => {
  switch (order.kind) {
    case 'try':
      return withLanes(order.port, (lanes) => runClosedLoop(lanes, order.seconds))
    case 'begin':
      over = begin(order).catch(noteProblem)
      return tell()
    case 'tell':
      return tell()
    case 'finish':
      await over
      return tell()
    default:
      return order satisfies never
  }
}

const noteProblem = (error: unknown): void => {
  problem ??= wordsOf(error)
}

/** What a subscription is refused with is a list of GraphQL errors; what a broken socket says are events. Neither is an error itself. */
const wordsOf = (error: unknown): string => {
  const { message, code, reason } = whatBroke.safeParse(error).data ?? {}
  if (message !== undefined) return message
  return code === undefined ? JSON.stringify(error) : `a WebSocket was closed: ${code} ${reason ?? ''}`
}

const whatBroke = z.object({
  message: z.string().optional(),
  code: z.number().optional(),
  reason: z.string().optional(),
})

process.on('message', (message) => {
  void carryOut(trafficOrder.parse(message))
    .catch((error: unknown) => {
      noteProblem(error)
      return tell()
    })
    .then((answer) => process.send?.(answer))
})
process.once('disconnect', () => process.exit())
