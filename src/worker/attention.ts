import type { Job } from '../domain/job.ts'
import type { LookupLedger } from '../domain/ledger.ts'
import type { Attention, Clock, Keyring, Schedule } from '../domain/ports.ts'

interface AttentionDependencies {
  readonly ledger: Pick<LookupLedger, 'watch' | 'keepWatched'>
  readonly schedule: Schedule
  readonly keyring: Pick<Keyring, 'hold'>
  readonly clock: Clock
  /** Told that a job may be due sooner. */
  readonly wake: () => void
  readonly onError: (error: unknown, what: string) => void
}

/** Watches jobs for those who wait, and lets go of them. */
export interface Watches extends Attention {
  /** Ends the renewing of marks. */
  stop(): void
}

interface Watched {
  readonly job: Job
  watchers: number
  /** Whether the ledger knows of it. */
  isMarked: boolean
  /** When to mark it the next time, in milliseconds; Infinity: it is being marked. */
  nextAtMs: number
}

/** A mark outlives two renewals that fail; one left behind by a process that died costs a few look-ups. */
const markMs = 180_000
const renewEveryMs = 60_000
/** Until it is marked, whoever waits for it would not be told. */
const retryEveryMs = 5_000
/** After a restart thousands may come back within seconds: their marks are renewed as they came, and not all at one moment. */
const lookEveryMs = 1_000
/** How many marks are renewed with one statement. */
const maxTogether = 100

/** Makes what marks jobs in the ledger as watched, once a job however many watch it here. */
export const createAttention = (dependencies: AttentionDependencies): Watches => {
  const watched = new Map<string, Watched>()
  const stopping = new AbortController()
  const { keyring, clock } = dependencies
  let isRenewing = false

  const renewInTurn = async (entries: readonly Watched[]): Promise<void> => {
    for (let from = 0; from < entries.length && !stopping.signal.aborted; from += maxTogether) {
      const isRenewed = await renew(dependencies, entries.slice(from, from + maxTogether))
      // Where the ledger does not answer, each would wait for it in turn.
      if (!isRenewed) return pause(entries.slice(from), clock.now() + retryEveryMs)
    }
  }

  const renewAll = async (): Promise<void> => {
    isRenewing = true
    while (watched.size > 0 && !stopping.signal.aborted) {
      await clock.sleep(lookEveryMs, stopping.signal)
      const due = [...watched.values()].filter(({ nextAtMs }) => nextAtMs <= clock.now())
      const [marked, unmarked] = [due.filter(({ isMarked }) => isMarked), due.filter(({ isMarked }) => !isMarked)]
      await Promise.all(unmarked.map((entry) => mark(dependencies, entry)))
      await renewInTurn(marked)
    }
    isRenewing = false
  }

  const begin = (topic: string, job: Job): Watched => {
    const entry = { job, watchers: 0, isMarked: false, nextAtMs: Infinity }
    watched.set(topic, entry)
    void mark(dependencies, entry)
    if (!isRenewing) void renewAll()
    return entry
  }

  return {
    watch: (job, apiKey) => {
      const topic = JSON.stringify([job.tenant, job.id])
      const letGo = keyring.hold(job.account, apiKey)
      const entry = watched.get(topic) ?? begin(topic, job)
      entry.watchers += 1
      return () => {
        letGo()
        entry.watchers -= 1
        if (entry.watchers === 0) watched.delete(topic)
      }
    },
    stop: () => stopping.abort(),
  }
}

/** Marks a job for the first time, which makes it due. */
const mark = async (
  { ledger, schedule, clock, wake, onError }: AttentionDependencies,
  entry: Watched,
): Promise<void> => {
  const until = new Date(clock.now() + markMs)
  entry.nextAtMs = Infinity
  try {
    await ledger.watch(entry.job, until, schedule.dueAt(entry.job, { isWatched: true }) ?? until)
    entry.isMarked = true
    wake()
  } catch (error) {
    onError(error, 'marking a job failed')
  }
  entry.nextAtMs = clock.now() + (entry.isMarked ? renewEveryMs : retryEveryMs)
}

/** Keeps jobs marked: each look-up itself says when the next one is due. Returns whether that was done. */
const renew = async (
  { ledger, clock, onError }: AttentionDependencies,
  entries: readonly Watched[],
): Promise<boolean> => {
  try {
    await ledger.keepWatched(
      entries.map(({ job }) => job),
      new Date(clock.now() + markMs),
    )
    pause(entries, clock.now() + renewEveryMs)
    return true
  } catch (error) {
    onError(error, 'keeping jobs marked failed')
    return false
  }
}

const pause = (entries: readonly Watched[], untilMs: number): void => {
  for (const entry of entries) entry.nextAtMs = untilMs
}
