import { createHistogram } from 'node:perf_hooks'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Lane } from './closed-loop.ts'
import type { LoadFigures } from './load-protocol.ts'

interface Timetable {
  readonly perSecond: number
  readonly seconds: number
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
  let taken = 0
  const serve = async (lane: Lane): Promise<void> => {
    while (taken < requests) {
      const dueAt = begun + (taken / perSecond) * 1_000
      taken += 1
      const couldLeaveAt = Math.max(dueAt, performance.now())
      await until(dueAt)
      lateness.record(microseconds(performance.now() - couldLeaveAt))
      await lane()
      latencies.record(microseconds(performance.now() - dueAt))
    }
  }
  await Promise.all(lanes.map(serve))
  return {
    requests,
    seconds: (performance.now() - begun) / 1_000,
    p50Ms: latencies.percentile(50) / 1_000,
    p99Ms: latencies.percentile(99) / 1_000,
    lateP99Ms: lateness.percentile(99) / 1_000,
  }
}

/** Timers are a millisecond coarse, as long as a fast answer takes: over the last one the clock is looked at in every turn. */
const until = async (at: number): Promise<void> => {
  const leftMs = at - performance.now()
  if (leftMs > 1) await setTimeout(leftMs - 1)
  while (performance.now() < at) await setImmediate()
}

/** A histogram takes whole numbers from 1 on. */
const microseconds = (ms: number): number => Math.max(1, Math.round(ms * 1_000))
