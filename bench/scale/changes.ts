import { overWebSocket } from '../../test/support/subscribe.ts'
import { deliver, eventText, sign } from '../../test/support/webhook-event.ts'
import { WrongAnswer } from '../comparison/http-answer.ts'
import { submit } from './ask.ts'
import type { Plan } from './options.ts'
import type { Rig } from './rig.ts'
import { startRunning } from './running.ts'
import type { DatabaseKind } from './store.ts'
import { gatewayKey, projectOf, watchDocument } from './wire.ts'

/** From the sending of an event until a subscriber has heard of it, in milliseconds. */
export interface Changes {
  readonly database: DatabaseKind
  /** Through which replica the event came: the subscriber's own, or another one. */
  readonly through: 'same' | 'other'
  readonly delaysMs: readonly number[]
}

/** Lets jobs finish one by one, and times each until its subscriber has heard: through its own replica, and through another. */
export const measureChanges = async (rig: Rig, plan: Plan, database: DatabaseKind): Promise<Changes[]> => {
  const replicas = database === 'sqlite' ? 1 : 2
  await rig.magicHour.begin({ renders: 'never', longestRenderMs: 0, eventPort: null })
  await using running = await startRunning(rig, { database, keyOf: 'own', replicas })
  const [own = 0] = running.ports
  using subscriber = overWebSocket(`http://127.0.0.1:${own}`, `Bearer ${gatewayKey}`)
  const found = running.ports.map((port): Timed => ({ port, through: port === own ? 'same' : 'other', delaysMs: [] }))
  for (let change = 0; change < plan.changes; change += 1) {
    for (const { port, delaysMs } of found) delaysMs.push(await timeOne({ own, subscriber, through: port }))
  }
  return found.map(({ through, delaysMs }) => ({ database, through, delaysMs }))
}

interface Timed {
  readonly port: number
  readonly through: Changes['through']
  readonly delaysMs: number[]
}

interface Place {
  readonly own: number
  readonly subscriber: ReturnType<typeof overWebSocket>
  readonly through: number
}

const timeOne = async ({ own, subscriber, through }: Place): Promise<number> => {
  const id = await submit(own, null)
  const states = subscriber.iterate(watchDocument, { id })
  await states.next()
  const payload = projectOf(id, 'complete', new Date().toISOString())
  const begun = performance.now()
  const delivered = deliver(`http://127.0.0.1:${through}`, sign(eventText('image.completed', payload)))
  const heard = JSON.stringify(await states.next())
  const delayMs = performance.now() - begun
  await delivered
  await states.return?.()
  if (!heard.includes('"COMPLETE"')) throw new WrongAnswer(heard)
  return delayMs
}
