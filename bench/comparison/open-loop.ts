import { createHistogram } from 'node:perf_hooks'
import type { Lane } from './closed-loop.ts'
import type { LoadFigures } from './load-protocol.ts'

interface Timetable {
  readonly perSecond: number
  readonly seconds: number
}

/** A lane that is free, and since when, in milliseconds. */
interface Free {
  readonly lane: Lane
  readonly sinceMs: number
}

/**
 * Sends requests by a timetable, evenly spaced, whatever becomes of those before. How long one took counts from when it was due,
 * also where no lane was free then: else a server that stalls would be spared the requests that its stall kept from being sent
 * (coordinated omission).
 *
 * @throws whatever a lane throws
 */
export const runOpenLoop = async (lanes: readonly Lane[], { perSecond, seconds }: Timetable): Promise<LoadFigures> => {
  const [latencies, lateness] = [createHistogram({ figures: 3 }), createHistogram({ figures: 3 })]
  const requests = Math.round(perSecond * seconds)
  const begun = performance.now()
  const free: Free[] = lanes.map((lane) => ({ lane, sinceMs: begun }))
  const over = Promise.withResolvers<void>()
  let [sent, answered] = [0, 0]
  let [hasFailed, isParked] = [false, false]
  const nextDueAt = (): number => begun + (sent / perSecond) * 1_000
  const send = ({ lane, sinceMs }: Free): void => {
    const dueAt = nextDueAt()
    sent += 1
    lateness.record(microseconds(performance.now() - Math.max(dueAt, sinceMs)))
    lane().then(() => {
      const now = performance.now()
      latencies.record(microseconds(now - dueAt))
      answered += 1
      free.push({ lane, sinceMs: now })
      if (isParked) keepTime()
      else sendDue()
      if (answered === requests) over.resolve()
    }, fail)
  }
  const fail = (error: unknown): void => {
    hasFailed = true
    over.reject(error)
  }
  const isOneDue = (): boolean => !hasFailed && sent < requests && nextDueAt() <= performance.now()
  const sendDue = (): void => {
    while (isOneDue()) {
      const longestFree = free.shift()
      if (longestFree === undefined) return
      send(longestFree)
    }
  }
  // Timers are a millisecond coarse, as long as a fast answer takes: over the last one the clock is looked at in every turn.
  const keepTime = (): void => {
    sendDue()
    if (hasFailed || sent === requests) return
    // Until there is a lane again, the core is the stub's.
    isParked = free.length === 0
    if (isParked) return
    const leftMs = nextDueAt() - performance.now()
    if (leftMs > 1) setTimeout(keepTime, leftMs - 1)
    else setImmediate(keepTime)
  }
  keepTime()
  if (requests > 0) await over.promise
  return {
    requests,
    seconds: (performance.now() - begun) / 1_000,
    p50Ms: latencies.percentile(50) / 1_000,
    p99Ms: latencies.percentile(99) / 1_000,
    lateP99Ms: lateness.percentile(99) / 1_000,
  }
}

/** A histogram takes whole numbers from 1 on. */
const microseconds = (ms: number): number => Math.max(1, Math.round(ms * 1_000))
