import { setTimeout } from 'node:timers/promises'
import { deliver, eventText, sign } from '../../test/support/webhook-event.ts'
import { type Crowd, gather } from '../subscriptions/crowd.ts'
import { submit } from './ask.ts'
import type { Plan } from './options.ts'
import type { Rig } from './rig.ts'
import { type Running, startRunning, usedBetween } from './running.ts'
import { gatewayKey, projectOf } from './wire.ts'

/** What a gateway with unfinished jobs takes while nothing happens. */
export interface Waiting {
  readonly jobs: number
  readonly subscriptions: number
  /** How old the jobs were in the end, in seconds: the older they are, the more rarely they are looked up. */
  readonly ageSeconds: number
  /** Share of a core. */
  readonly share: number
  readonly getsPerSecond: number
  readonly rssBytes: number
}

/** Many unfinished jobs, first alone and then with subscriptions spread evenly over them; on SQLite. */
export interface WaitingFigures {
  readonly stages: readonly Waiting[]
  /** From the event that ends one job until the last of its subscribers has heard, one job after the other. */
  readonly delaysMs: readonly number[]
}

/** How many jobs are made at a time. */
const atOnce = 50

/** Some of those who should have heard of a job have not: the figures would be worth nothing. */
export class NotHeard extends Error {
  constructor(missing: number) {
    super(`${missing} subscriptions have heard nothing`)
    this.name = 'NotHeard'
  }
}

/**
 * Has jobs made that do not end, and watches the gateway wait; then opens subscriptions to them, each on a socket
 * of its own.
 *
 * @throws NotHeard
 */
export const measureWaiting = async (rig: Rig, plan: Plan): Promise<WaitingFigures> => {
  const { unfinished, subscriptions } = plan
  await rig.magicHour.begin({ renders: 'never', longestRenderMs: 0, eventPort: null })
  await using running = await startRunning(rig, { database: 'sqlite', keyOf: 'own', replicas: 1 })
  const port = running.ports[0] ?? 0
  const begun = performance.now()
  const ids: string[] = []
  while (ids.length < unfinished) {
    const batch = Array.from({ length: Math.min(atOnce, unfinished - ids.length) }, () => submit(port, null))
    ids.push(...(await Promise.all(batch)))
  }
  const alone = await measureStage(running, plan, { jobs: unfinished, subscriptions: 0, begun })
  using opened = new DisposableStack()
  const crowds = await openAll({ port, ids, subscriptions }, opened)
  const watched = await measureStage(running, plan, { jobs: unfinished, subscriptions, begun })
  const delaysMs: number[] = []
  for (const id of ids.slice(0, plan.endings))
    delaysMs.push(await timeEnd(crowds, { port, id, subscribers: subscriptions / unfinished }))
  return { stages: [alone, watched], delaysMs }
}

/** What it has to do when they have just come is over by then. */
const settleShare = 0.25

const measureStage = async (
  running: Running,
  { waitSeconds }: Plan,
  { begun, ...stage }: Pick<Waiting, 'jobs' | 'subscriptions'> & { readonly begun: number },
): Promise<Waiting> => {
  await setTimeout(waitSeconds * settleShare * 1_000)
  const before = await running.used()
  await setTimeout(waitSeconds * 1_000)
  const after = await running.used()
  const { cpuMs, gets } = usedBetween(before, after)
  const ageSeconds = (performance.now() - begun) / 1_000
  const { rssBytes } = after
  return { ...stage, ageSeconds, share: cpuMs / (waitSeconds * 1_000), getsPerSecond: gets / waitSeconds, rssBytes }
}

/** How many sockets are opened before it is waited for them: those that are kept waiting for long are closed by the gateway. */
const socketsAtOnce = 500

const openAll = async (
  {
    port,
    ids,
    subscriptions,
  }: { readonly port: number; readonly ids: readonly string[]; readonly subscriptions: number },
  opened: DisposableStack,
): Promise<Crowd[]> => {
  const crowds: Crowd[] = []
  for (let begun = 0; begun < subscriptions; begun += socketsAtOnce) {
    const sockets = Math.min(socketsAtOnce, subscriptions - begun)
    const crowd = await gather(
      `http://127.0.0.1:${port}`,
      { sockets, operationsEach: 1 },
      { authorization: `Bearer ${gatewayKey}`, jobIdOf: (number) => ids[(begun + number) % ids.length] ?? '' },
    )
    crowds.push(opened.use(crowd))
    await heard([crowd], sockets)
  }
  return crowds
}

/** Nobody waits this long for so few messages. */
const longestMs = 20_000

const statesOf = (crowds: readonly Crowd[]): number => crowds.reduce((sum, { states }) => sum + states, 0)

const heard = async (crowds: readonly Crowd[], states: number): Promise<void> => {
  for (const until = performance.now() + longestMs; performance.now() < until; await setTimeout(1))
    if (statesOf(crowds) >= states) return
  throw new NotHeard(states - statesOf(crowds))
}

interface Ending {
  readonly port: number
  readonly id: string
  readonly subscribers: number
}

const timeEnd = async (crowds: readonly Crowd[], { port, id, subscribers }: Ending): Promise<number> => {
  const wanted = statesOf(crowds) + subscribers
  const payload = projectOf(id, 'complete', new Date().toISOString())
  const begun = performance.now()
  const delivered = deliver(`http://127.0.0.1:${port}`, sign(eventText('image.completed', payload)))
  await heard(crowds, wanted)
  const delayMs = performance.now() - begun
  await delivered
  return delayMs
}
