import { DomainError } from '../domain/errors.ts'
import { type Job, isSettled } from '../domain/job.ts'
import type { Clock, FollowOptions, JobFollower } from '../domain/ports.ts'
import type { RefreshJob } from '../domain/refresh-job.ts'
import { longestPauseMs, lookupDelayMs } from './schedule.ts'

interface FollowerDependencies {
  readonly refreshJob: RefreshJob
  readonly clock: Clock
  /** A number in [0, 1), for the jitter. */
  readonly random: () => number
}

/** A job somebody waits for: one loop looks it up, whoever and however many wait. */
interface Followed {
  latest: Job
  waiting: number
  readonly settled: Promise<void>
  readonly loop: AbortController
}

/** The follower, and how to end it: all who wait get the last known state. */
export interface Follower extends JobFollower {
  stop(): void
}

/** Makes the follower. Its loops run only while somebody waits. */
export const createFollower = (dependencies: FollowerDependencies): Follower => {
  const followed = new Map<string, Followed>()
  const stopping = new AbortController()

  const join = (job: Job, { apiKey }: FollowOptions): Followed => {
    const key = keyOf(job)
    const known = followed.get(key)
    if (known !== undefined) return known
    const loop = new AbortController()
    const { promise: settled, resolve } = Promise.withResolvers<void>()
    const entry: Followed = { latest: job, waiting: 0, settled, loop }
    followed.set(key, entry)
    void lookUpUntilSettled(dependencies, entry, apiKey).then(resolve)
    return entry
  }

  const leave = (entry: Followed): void => {
    entry.waiting -= 1
    if (entry.waiting > 0) return
    entry.loop.abort()
    followed.delete(keyOf(entry.latest))
  }

  return {
    follow: async (job, options) => {
      if (isSettled(job) || options.waitMs <= 0 || stopping.signal.aborted) return job
      const entry = join(job, options)
      entry.waiting += 1
      const timer = new AbortController()
      const end = AbortSignal.any([timer.signal, stopping.signal, ...(options.signal ? [options.signal] : [])])
      await Promise.race([entry.settled, dependencies.clock.sleep(options.waitMs, end)])
      timer.abort()
      leave(entry)
      return entry.latest
    },
    stop: () => stopping.abort(),
  }
}

const lookUpUntilSettled = async (
  { refreshJob, clock, random }: FollowerDependencies,
  entry: Followed,
  apiKey: FollowOptions['apiKey'],
): Promise<void> => {
  const { signal } = entry.loop
  let pauseMs = 0
  for (let lookups = 0; !signal.aborted && !isSettled(entry.latest); lookups += 1) {
    await clock.sleep(Math.max(pauseMs, lookupDelayMs(lookups, random())), signal)
    if (signal.aborted) return
    // A lookup that fails is no end of the wait: the job goes on, and so does the next lookup, when Magic Hour allows it.
    pauseMs = await refreshJob(entry.latest, apiKey).then(
      (job) => {
        entry.latest = job
        return 0
      },
      (error: unknown) => (error instanceof DomainError ? pauseAskedMs(error) : 0),
    )
  }
}

const pauseAskedMs = ({ retryAfterSeconds }: DomainError): number =>
  Math.min(longestPauseMs, (retryAfterSeconds ?? 0) * 1_000)

const keyOf = ({ tenant, id }: Job): string => JSON.stringify([tenant, id])
