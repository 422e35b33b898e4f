import { candidateCalled, yardstick } from '../comparison/candidates.ts'
import { type TimedCell, measureRun, runOnce } from '../comparison/measure.ts'
import { type Rig, startRig } from '../comparison/rig.ts'
import { type Subject, startSubject } from '../comparison/server-process.ts'
import { usageOf } from '../comparison/usage.ts'
import type { Workload } from '../comparison/workloads.ts'
import { type InsideFigures, builtScript, insideSetting, lookInside } from './built-gateway.ts'
import { openIdleCrowd } from './idle-crowd.ts'

/** What is asked for, one after the other. */
export const steadyWorkloads = ['mutation', 'job', 'known-job'] as const satisfies readonly Workload[]

/** What to measure, and for how long. */
export interface SteadyOptions {
  readonly subscriptions: number
  /** Of each measurement. */
  readonly seconds: number
  /** Of the highest rate. */
  readonly share: number
  /** Of each workload. */
  readonly warmUp: WarmUp
}

/** How long a workload is run before anything is measured. */
export interface WarmUp {
  readonly leastSeconds: number
  readonly mostSeconds: number
}

/** One run of one workload. */
export interface SteadyRun {
  readonly seconds: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** How late the load itself sent (p99); null: it had no timetable. */
  readonly lateP99Ms: number | null
  /** Share of its core that the gateway had; null: this system does not tell. */
  readonly busy: number | null
}

/** One run of the gateway. */
export interface GatewayRun extends SteadyRun {
  readonly inside: InsideFigures
}

/** One workload: with as many requests as go, and by a timetable with a share of them. */
export interface SteadyCell<R extends SteadyRun = GatewayRun> {
  readonly workload: Workload
  readonly full: R
  /** The one of the runs by the timetable whose p99 / p50 is in the middle. */
  readonly paced: R
  /** How uneven each of those runs was: p99 / p50, the evenest first. */
  readonly ratios: readonly number[]
}

/** One gateway, with so many subscriptions open. */
export interface SteadyFigures {
  readonly subscriptions: number
  /** Resident memory before the first request, in bytes; null: this system does not tell. */
  readonly restingRssBytes: number | null
  /** The same with the subscriptions open, before the load. */
  readonly waitingRssBytes: number | null
  readonly cells: readonly SteadyCell[]
}

/** As many as are used. */
export const connections = 128

/** Everything that was measured. */
export interface Measured {
  readonly figures: readonly SteadyFigures[]
  /** A raw proxy of the same calls, each at the same share of its own highest rate: what this machine makes of the simplest server. */
  readonly control: readonly SteadyCell<SteadyRun>[]
  readonly pinned: Rig['pinned']
}

/**
 * Measures a raw proxy, then a fresh gateway without subscriptions, and another one with them.
 *
 * @param tell told how far it is
 */
export const measureSteady = async (options: SteadyOptions, tell: (words: string) => void): Promise<Measured> => {
  await using rig = await startRig()
  tell('a raw proxy')
  const control = await measureControl(rig, options)
  const figures: SteadyFigures[] = []
  for (const subscriptions of new Set([0, options.subscriptions])) {
    tell(`a gateway with ${subscriptions} subscriptions`)
    figures.push(await measureGateway(rig, { ...options, subscriptions }, tell))
  }
  return { figures, control, pinned: rig.pinned }
}

const measureControl = async (rig: Rig, options: SteadyOptions): Promise<SteadyCell<SteadyRun>[]> => {
  await using subject = await startSubject(candidateCalled(yardstick), rig)
  const cells: SteadyCell<SteadyRun>[] = []
  for (const workload of subject.candidate.workloads) {
    await warmUp(subject, workload, options.warmUp)
    cells.push(await measureCell({ ...options, workload }, (cell) => run({ rig, subject }, cell)))
  }
  return cells
}

const measureGateway = async (
  rig: Rig,
  options: SteadyOptions,
  tell: (words: string) => void,
): Promise<SteadyFigures> => {
  await using subject = await startBuilt(rig)
  const { subscriptions } = options
  const resting = await usageOf(subject.process.pid)
  await using crowd = subscriptions === 0 ? null : await openIdleCrowd(rig, { port: subject.port, subscriptions })
  const waiting = await usageOf(subject.process.pid)
  for (const workload of steadyWorkloads) {
    const rates = await warmUp(subject, workload, options.warmUp)
    tell(`  ${workload}: warm after ${rates.length} s, ${rates.map((rate) => Math.round(rate)).join(' ')} a second`)
  }
  const cells: SteadyCell[] = []
  for (const workload of steadyWorkloads) {
    tell(`  ${workload}: as many as go, then ${options.share} of that`)
    cells.push(await measureCell({ ...options, workload }, (cell) => runGateway({ rig, subject }, cell)))
  }
  await crowd?.check()
  return {
    subscriptions,
    restingRssBytes: resting?.rssBytes ?? null,
    waitingRssBytes: waiting?.rssBytes ?? null,
    cells,
  }
}

/** As users run it, with the settings of the comparison. */
const startBuilt = async (rig: Rig): Promise<Subject> => {
  const gateway = candidateCalled('gateway')
  const inside = await insideSetting()
  const settings: typeof gateway.settings = (given) => ({ ...gateway.settings(given), ...inside })
  return startSubject({ ...gateway, script: builtScript, settings }, rig)
}

/** V8 compiles for seconds what is used much. Returns the rate of each second. */
const warmUp = async (
  subject: Subject,
  workload: Workload,
  { leastSeconds, mostSeconds }: WarmUp,
): Promise<number[]> => {
  const rates: number[] = []
  while (rates.length < leastSeconds || (rates.length < mostSeconds && isGrowing(rates))) {
    const { requests, seconds } = await runOnce(subject, { workload, connections, seconds: 1 })
    rates.push(requests / seconds)
  }
  return rates
}

const growth = 1.05
const secondsWithoutGrowth = 2

/** Whether one of the last seconds was clearly faster than all before them. */
export const isGrowing = (rates: readonly number[]): boolean => {
  const [before, last] = [rates.slice(0, -secondsWithoutGrowth), rates.slice(-secondsWithoutGrowth)]
  return Math.max(...last) > growth * Math.max(...before)
}

const measureCell = async <R extends SteadyRun>(
  { workload, seconds, share }: SteadyOptions & { readonly workload: Workload },
  runCell: (cell: TimedCell) => Promise<R>,
): Promise<SteadyCell<R>> => {
  const full = await runCell({ workload, seconds, connections })
  const perSecond = share * full.requestsPerSecond
  const runs: R[] = []
  while (runs.length < pacedRuns) runs.push(await runCell({ workload, seconds, connections, perSecond }))
  runs.sort((one, other) => unevenness(one) - unevenness(other))
  return { workload, full, paced: runs[Math.floor(pacedRuns / 2)] ?? full, ratios: runs.map(unevenness) }
}

/** A machine that is shared may take the core away for longer than all answers take: one run tells more of that than of the gateway. */
const pacedRuns = 3

const unevenness = ({ p50Ms, p99Ms }: SteadyRun): number => p99Ms / p50Ms

interface Place {
  readonly rig: Rig
  readonly subject: Subject
}

/** A run, and what was seen inside meanwhile. */
const runGateway = async (where: Place, cell: TimedCell): Promise<GatewayRun> => {
  const figures = await run(where, cell, () => lookInside(where.subject.process))
  return { ...figures, inside: await lookInside(where.subject.process) }
}

/** @param begin called when everything is ready for it */
const run = async (
  { rig, subject }: Place,
  cell: TimedCell,
  begin: () => Promise<unknown> = async () => undefined,
): Promise<SteadyRun> => {
  // To take some hundred new connections holds the loop for as long as some hundred requests do, and is none of a steady load.
  await runOnce(subject, { ...cell, seconds: 1, keepsConnections: true })
  await begin()
  const { requests, seconds, p50Ms, p99Ms, lateP99Ms, cpuMs } = await measureRun(rig, subject, cell)
  return {
    seconds,
    requestsPerSecond: requests / seconds,
    p50Ms,
    p99Ms,
    lateP99Ms: lateP99Ms ?? null,
    busy: cpuMs === null ? null : cpuMs / (seconds * 1_000),
  }
}
