import { createHistogram } from 'node:perf_hooks'
import type { LoadFigures } from './load-protocol.ts'

/** Makes one request and waits for its answer. Throws when the answer is not the right one. */
export type Lane = () => Promise<unknown>

/**
 * Keeps each lane busy with one request at a time, until the time is over. The answers that are still to come then are waited
 * for, and count.
 *
 * @throws whatever a lane throws: the figures of a server that answers wrongly are worth nothing
 */
export const runClosedLoop = async (lanes: readonly Lane[], seconds: number): Promise<LoadFigures> => {
  const latencies = createHistogram({ figures: 3 })
  const begun = performance.now()
  const until = begun + seconds * 1_000
  let requests = 0
  const keepBusy = async (lane: Lane): Promise<void> => {
    for (let now = performance.now(); now < until;) {
      await lane()
      const then = performance.now()
      latencies.record(Math.max(1, Math.round((then - now) * 1_000)))
      requests += 1
      now = then
    }
  }
  await Promise.all(lanes.map(keepBusy))
  return {
    requests,
    seconds: (performance.now() - begun) / 1_000,
    p50Ms: latencies.percentile(50) / 1_000,
    p99Ms: latencies.percentile(99) / 1_000,
  }
}
