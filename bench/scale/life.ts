import { setTimeout } from 'node:timers/promises'
import type { Counts } from './magic-hour.ts'
import type { Plan } from './options.ts'
import type { Rig } from './rig.ts'
import { type Running, type Used, startRunning, usedBetween } from './running.ts'
import type { DatabaseKind } from './store.ts'

/** The ways in which jobs are followed. */
export const followings = ['nobody', 'lookups', 'events', 'events-watched'] as const
/**
 * How jobs are followed: not at all (with keys that are passed through), by look-ups while nobody waits, by Magic Hour's events,
 * or by those with a subscription to each job.
 */
export type Following = (typeof followings)[number]

/** How jobs live. */
export interface LifeCase {
  readonly database: DatabaseKind
  readonly following: Following
  readonly replicas: number
}

/** What was measured, while as many jobs ended as began. */
export interface Life extends LifeCase {
  readonly slices: readonly Used[]
  /** Of the gateways together. */
  readonly rssBytes: number
  /** What a job takes on disk, once all have ended. */
  readonly bytesEach: number
}

/** Jobs did not end as they should have. */
export class LifeNotOver extends Error {
  constructor({ unfinished }: Counts) {
    super(`${unfinished} jobs are not known to be complete.`)
    this.name = 'LifeNotOver'
  }
}

/**
 * Has jobs made at an even pace, and measures once as many end as begin.
 *
 * @throws LifeNotOver
 */
export const measureLife = async (rig: Rig, plan: Plan, life: LifeCase): Promise<Life> => {
  const keyOf = life.following === 'nobody' ? 'passed-through' : 'own'
  await using running = await startRunning(rig, { ...life, keyOf })
  const hasEvents = life.following.startsWith('events')
  await rig.magicHour.begin({
    renders: 'usual',
    longestRenderMs: plan.longestRenderMs,
    eventPort: hasEvents ? (running.ports[0] ?? 0) : null,
  })
  await rig.load({
    kind: 'begin',
    ports: running.ports,
    perSecond: plan.perSecond,
    isWatched: life.following === 'events-watched',
  })
  await setTimeout((hasEvents ? plan.eventWarmUpSeconds : plan.warmUpSeconds) * 1_000)
  const slices = await measureSlices(running, plan)
  const { rssBytes } = await running.used()
  await rig.load({ kind: 'end' })
  if (life.following !== 'nobody') await allTold(rig)
  const { creates } = await rig.magicHour.counts()
  // SQLite's log is in the file once the gateway has ended.
  await running.endGateways()
  return { ...life, slices, rssBytes, bytesEach: (await running.store.bytes()) / creates }
}

const measureSlices = async (running: Running, { slices, sliceSeconds }: Plan): Promise<Used[]> => {
  const found: Used[] = []
  let before = await running.used()
  for (let slice = 0; slice < slices; slice += 1) {
    await setTimeout(sliceSeconds * 1_000)
    const after = await running.used()
    found.push(usedBetween(before, after))
    before = after
  }
  return found
}

/** Longer than the longest render with the look-up after it. */
const longestMs = 60_000
const lookAgainMs = 100

const allTold = async ({ magicHour }: Rig): Promise<void> => {
  for (const until = performance.now() + longestMs; performance.now() < until; await setTimeout(lookAgainMs))
    if ((await magicHour.counts()).unfinished === 0) return
  throw new LifeNotOver(await magicHour.counts())
}
