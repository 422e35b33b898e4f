import { isSame } from './apply-upstream-state.ts'
import type { Caller } from './caller.ts'
import { JobNotFound } from './errors.ts'
import { type Job, isSettled } from './job.ts'
import type { JobLedger } from './ledger.ts'
import type { Attention, Changes, Clock } from './ports.ts'
import type { ReadJobs } from './read-jobs.ts'

interface FollowJobDependencies {
  readonly ledger: Pick<JobLedger, 'find'>
  readonly changes: Pick<Changes, 'onJob'>
  readonly attention: Attention
  readonly readJobs: ReadJobs
  readonly clock: Clock
  /** Aborts when the program is ending: who waits gets the job as it is. */
  readonly stopping: AbortSignal
}

/** The ways to see a job move. All of them hear of the same changes; none asks Magic Hour by itself. */
export interface FollowJob {
  /**
   * Resolves with the job as soon as it is settled, else with its last known state when the time is over, the signal aborts or
   * the ledger cannot be read. It never fails: the job is paid, and an error in its place would hide its id.
   */
  wait(caller: Caller, job: Job, options: WaitOptions): Promise<Job>
  /**
   * The current state first, then each later one once and in order; ends when the job is settled or the signal aborts.
   * A client that reads too slowly misses states between, never the last one.
   *
   * @throws JobNotFound at the first state
   */
  watch(caller: Caller, id: string, signal: AbortSignal): AsyncIterableIterator<Job, void, void>
}

/** How long somebody waits. */
export interface WaitOptions {
  readonly waitMs: number
  readonly signal: AbortSignal
}

/** A job has a handful of states: this many unread ones are a client that does not read. */
const maxUnread = 8

/** Makes the follower. */
export const createFollowJob = (dependencies: FollowJobDependencies): FollowJob => {
  const { readJobs, clock, stopping } = dependencies
  return {
    wait: async (caller, job, { waitMs, signal }) => {
      if (isSettled(job) || waitMs <= 0 || stopping.aborted) return job
      const timer = new AbortController()
      const end = AbortSignal.any([timer.signal, stopping, signal])
      void clock.sleep(waitMs, end).then(() => timer.abort())
      let latest = job
      try {
        for await (const state of statesOf(dependencies, caller, { job, signal: end })) latest = state
      } catch {
        return latest
      } finally {
        timer.abort()
      }
      return latest
    },
    watch: (caller, id, signal) =>
      endable(signal, async function* (end) {
        const [job = null] = await readJobs(caller, [id])
        if (job instanceof Error) throw job
        if (job === null) throw new JobNotFound()
        yield* statesOf(dependencies, caller, { job, signal: end })
      }),
  }
}

/** A generator that waits ends only with what it waits for: its `return` alone would leave it waiting for the job's next state. */
const endable = (
  signal: AbortSignal,
  start: (end: AbortSignal) => AsyncGenerator<Job, void, void>,
): AsyncIterableIterator<Job, void, void> => {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  const states = start(ended.signal)
  return {
    next: () => states.next(),
    return: () => {
      end()
      signal.removeEventListener('abort', end)
      return states.return()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** From a job on: the state by now, and each later one. */
const statesOf = async function* (
  { ledger, changes, attention }: FollowJobDependencies,
  { apiKey }: Caller,
  { job, signal }: { readonly job: Job; readonly signal: AbortSignal },
): AsyncGenerator<Job, void, void> {
  const mailbox = createMailbox(signal)
  const stopListening = changes.onJob(job, mailbox.put)
  const stopWatching = isSettled(job) ? () => undefined : attention.watch(job, apiKey)
  try {
    // Read after listening began: what changed in between is in one of the two.
    let latest = isSettled(job) ? job : ((await ledger.find(job.tenant, [job.id]))[0] ?? job)
    yield latest
    while (!isSettled(latest)) {
      const next = await mailbox.take()
      if (next === null) return
      if (next.revision <= latest.revision) continue
      const isNews = !isSame(stateOf(next), stateOf(latest))
      latest = next
      if (isNews) yield latest
    }
  } finally {
    stopListening()
    stopWatching()
  }
}

/** What makes a state another one. The number of images comes with the first look-up, and who listens would hear «queued» twice. */
const stateOf = ({
  revision: _revision,
  lookedUpAt: _lookedUpAt,
  imageCount: _images,
  frameCost: _cost,
  ...state
}: Job) => state

/** Keeps what has not been read yet; of too much, the newest. `take` resolves with null once the signal has aborted. */
const createMailbox = (signal: AbortSignal) => {
  const unread: Job[] = []
  let wake: (() => void) | null = null
  const onAbort = (): void => wake?.()
  return {
    put: (job: Job): void => {
      unread.push(job)
      if (unread.length > maxUnread) unread.shift()
      wake?.()
    },
    take: async (): Promise<Job | null> => {
      const job = unread.shift()
      if (job !== undefined || signal.aborted) return job ?? null
      signal.addEventListener('abort', onAbort, { once: true })
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      signal.removeEventListener('abort', onAbort)
      return unread.shift() ?? null
    },
  }
}
