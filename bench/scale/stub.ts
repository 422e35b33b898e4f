import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { deliver, eventText, sign } from '../../test/support/webhook-event.ts'
import { WrongAnswer } from '../comparison/http-answer.ts'
import { seededRandom } from '../simulation/random.ts'
import { drawRenders, truths } from '../simulation/scenarios.ts'
import { type StubOrder, stubOrder } from './magic-hour.ts'
import { projectOf } from './wire.ts'

/*
 * Stands in for Magic Hour, in a process of its own: jobs take as long as Magic Hour's do, and its events tell of them. An event
 * that is not taken ends the process: the figures would be worth nothing.
 */

interface Project {
  readonly id: string
  readonly createdAt: string
  readonly doneAtMs: number
  isTold: boolean
}

/** The share of the render after which an event says that it has begun. */
const startedAfter = 0.3

const random = seededRandom(2_026)
let mode: NonNullable<StubOrder['mode']> = { renders: 'usual', longestRenderMs: 0, eventPort: null }
let projects = new Map<string, Project>()
let counted = { creates: 0, gets: 0, events: 0, unfinished: 0 }

const renderMs = (): number =>
  mode.renders === 'never' ? Infinity : Math.min(mode.longestRenderMs, drawRenders(truths.usual, 1, random)[0] ?? 0)

const create = (response: ServerResponse): void => {
  const now = Date.now()
  const rendersForMs = renderMs()
  const project = {
    id: `c${randomBytes(12).toString('hex')}`,
    createdAt: new Date(now).toISOString(),
    doneAtMs: now + rendersForMs,
    isTold: false,
  }
  projects.set(project.id, project)
  counted.creates += 1
  counted.unfinished += 1
  answer(response, { id: project.id, credits_charged: 5, frame_cost: 5 })
  if (mode.eventPort !== null && mode.renders === 'usual') void tellOf(project, rendersForMs, mode.eventPort)
}

const tellOf = async (project: Project, rendersForMs: number, port: number): Promise<void> => {
  await setTimeout(rendersForMs * startedAfter)
  await send(port, 'image.started', projectOf(project.id, 'rendering', project.createdAt))
  await setTimeout(rendersForMs * (1 - startedAfter))
  await send(port, 'image.completed', projectOf(project.id, 'complete', project.createdAt))
  markTold(project)
}

const send = async (port: number, type: string, payload: object): Promise<void> => {
  const { status, text } = await deliver(`http://127.0.0.1:${port}`, sign(eventText(type, payload)))
  if (status !== 200) throw new WrongAnswer(text)
  counted.events += 1
}

const markTold = (project: Project): void => {
  if (!project.isTold) counted.unfinished -= 1
  project.isTold = true
}

const look = (response: ServerResponse, id: string): void => {
  counted.gets += 1
  const project = projects.get(id)
  if (project === undefined) {
    response.writeHead(404).end()
    return
  }
  const isDone = Date.now() >= project.doneAtMs
  if (isDone) markTold(project)
  answer(response, projectOf(id, isDone ? 'complete' : 'rendering', project.createdAt))
}

const answer = (response: ServerResponse, body: object): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume()
  request.on('end', () => {
    if (request.method === 'POST') create(response)
    else look(response, request.url?.split('/').at(-1) ?? '')
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
process.send?.({ port: typeof address === 'object' ? address?.port : null })
process.on('message', (message) => {
  const order = stubOrder.parse(message)
  if (order.mode !== null) {
    ;({ mode } = order)
    projects = new Map()
    counted = { creates: 0, gets: 0, events: 0, unfinished: 0 }
  }
  process.send?.(counted)
})
process.once('disconnect', () => process.exit())
