import { readFileSync } from 'node:fs'
import {
  type Histogram,
  type PerformanceEntry,
  PerformanceObserver,
  type RecordableHistogram,
  constants,
  createHistogram,
  monitorEventLoopDelay,
} from 'node:perf_hooks'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { getHeapSpaceStatistics } from 'node:v8'
import type { InsideFigures, Times } from './built-gateway.ts'

/*
 * Runs inside the gateway, before its own code, and measures what cannot be seen from outside: how long SQLite holds the event
 * loop, how late the loop is, how long garbage collections take, and what they leave. Whatever message comes, it answers with what
 * there was since the one before. It may import nothing but Node's own modules, and types.
 */

const resolutionMs = 1
const delays = monitorEventLoopDelay({ resolution: resolutionMs })
const transactions = createHistogram({ figures: 3 })
const statements = createHistogram({ figures: 3 })
const collections = createHistogram({ figures: 3 })
let liveBytes: number[] = []
let longHolds = 0
/** An answer must not have to wait for longer than that because of the database. */
const longHoldMs = 20

/** The longest time in which nobody had a turn, and how much of it the thread waited for its core; null: the system does not tell. */
let longestStop: { ms: number; waitedMs: number | null } = { ms: 0, waitedMs: null }
const stopResolutionMs = 20

/** A transaction on its way. Nobody else has had a turn since it began. */
interface Stretch {
  readonly startedAt: number
  endedAt: number
}
let stretch: Stretch | null = null

/** Has each call of these methods timed. What is read through an iterator later is not; nothing here reads that way. */
const timeCalls = (prototype: object, names: readonly string[]): void => {
  for (const name of names) {
    const method: unknown = Reflect.get(prototype, name)
    if (typeof method !== 'function') throw new TypeError(`node:sqlite has no «${name}» any more`)
    const timed = function timed(this: unknown, ...parameters: unknown[]): unknown {
      const startedAt = performance.now()
      try {
        return Reflect.apply(method, this, parameters)
      } finally {
        noteCall(startedAt, performance.now(), this instanceof DatabaseSync && this.isOpen ? this.isTransaction : null)
      }
    }
    Reflect.set(prototype, name, timed)
  }
}

/**
 * A transaction that lets others have their turn meanwhile, as Kysely's do, holds the loop for each of its statements by itself.
 *
 * @param isTransaction whether one is open after the call; null: a call that begins and ends none
 */
const noteCall = (startedAt: number, endedAt: number, isTransaction: boolean | null): void => {
  if (stretch !== null) {
    stretch.endedAt = endedAt
    if (isTransaction === false) endStretch(stretch)
  } else if (isTransaction === true) {
    const begun = { startedAt, endedAt }
    stretch = begun
    queueMicrotask(() => endStretch(begun))
  } else recordHold(statements, endedAt - startedAt)
}

const endStretch = (ended: Stretch): void => {
  if (stretch !== ended) return
  recordHold(transactions, ended.endedAt - ended.startedAt)
  stretch = null
}

const recordHold = (histogram: RecordableHistogram, ms: number): void => {
  record(histogram, ms)
  if (ms > longHoldMs) longHolds += 1
}

/** A histogram takes whole numbers from 1 on: microseconds. */
const record = (histogram: RecordableHistogram, ms: number): void =>
  histogram.record(Math.max(1, Math.round(ms * 1_000)))

/** How long the main thread was ready to run, and had to wait for its core, in milliseconds: the second number of `schedstat`. */
const waitedForCoreMs = (): number | null => {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6
  } catch {
    return null
  }
}

let turn = { at: performance.now(), waitedMs: waitedForCoreMs() }
const noteTurn = (): void => {
  const now = { at: performance.now(), waitedMs: waitedForCoreMs() }
  const ms = now.at - turn.at - stopResolutionMs
  if (ms > longestStop.ms)
    longestStop = {
      ms,
      waitedMs: now.waitedMs === null || turn.waitedMs === null ? null : now.waitedMs - turn.waitedMs,
    }
  turn = now
}

const noteCollection = (entry: PerformanceEntry): void => {
  record(collections, entry.duration)
  if (kindOf(entry) === constants.NODE_PERFORMANCE_GC_MAJOR) liveBytes.push(oldGenerationBytes())
}

const kindOf = (entry: PerformanceEntry): unknown => {
  const detail: unknown = 'detail' in entry ? entry.detail : null
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : null
}

/** What is young may be dead already, and only the next collection tells. */
const oldGenerationBytes = (): number =>
  getHeapSpaceStatistics()
    .filter(({ space_name }) => !space_name.startsWith('new_'))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)

const timesOf = (histogram: Histogram, toMs: (value: number) => number): Times => ({
  count: histogram.count,
  p50Ms: histogram.count === 0 ? 0 : toMs(histogram.percentile(50)),
  p99Ms: histogram.count === 0 ? 0 : toMs(histogram.percentile(99)),
  maxMs: histogram.count === 0 ? 0 : toMs(histogram.max),
})

const fromMicroseconds = (value: number): number => value / 1_000
/** It records the nanoseconds from one firing of its timer to the next, and not how much later than it should that was. */
const toLatenessMs = (value: number): number => Math.max(0, value / 1e6 - resolutionMs)

const handles = (): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const figures = (): InsideFigures => {
  const { heapUsed, external } = process.memoryUsage()
  return {
    transactions: timesOf(transactions, fromMicroseconds),
    statements: timesOf(statements, fromMicroseconds),
    longHolds,
    loopDelays: timesOf(delays, toLatenessMs),
    longestStop,
    collections: timesOf(collections, fromMicroseconds),
    heapUsedBytes: heapUsed,
    externalBytes: external,
    liveBytes,
    handles: handles(),
  }
}

const beginAnew = (): void => {
  for (const histogram of [transactions, statements, collections, delays]) histogram.reset()
  liveBytes = []
  longHolds = 0
  longestStop = { ms: 0, waitedMs: null }
}

timeCalls(DatabaseSync.prototype, ['exec', 'prepare'])
timeCalls(StatementSync.prototype, ['all', 'get', 'iterate', 'run'])
delays.enable()
setInterval(noteTurn, stopResolutionMs).unref()
new PerformanceObserver((list) => list.getEntries().forEach(noteCollection)).observe({ entryTypes: ['gc'] })

process.on('message', () => {
  process.send?.(figures())
  beginAnew()
})
// The gateway must still end by itself.
process.channel?.unref()
process.once('disconnect', () => process.exit())
