import type { Job } from '../domain/job.ts'
import type { LookupLedger } from '../domain/ledger.ts'
import type { Attention, Clock, Keyring, Schedule } from '../domain/ports.ts'

interface AttentionDependencies {
  readonly ledger: Pick<LookupLedger, 'watch'>
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
  watchers: number
  readonly ended: AbortController
}

/** A mark outlives two renewals that fail; one left behind by a process that died costs a few look-ups. */
const markMs = 180_000
const renewEveryMs = 60_000
/** Until it is marked, whoever waits for it would not be told. */
const retryEveryMs = 5_000

/** Makes what marks jobs in the ledger as watched, once a job however many watch it here. */
export const createAttention = (dependencies: AttentionDependencies): Watches => {
  const watched = new Map<string, Watched>()
  const { keyring } = dependencies

  const begin = (topic: string, job: Job): Watched => {
    const entry = { watchers: 0, ended: new AbortController() }
    watched.set(topic, entry)
    void keepMarked(dependencies, job, entry.ended.signal)
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
        if (entry.watchers > 0) return
        entry.ended.abort()
        watched.delete(topic)
      }
    },
    stop: () => {
      for (const { ended } of watched.values()) ended.abort()
    },
  }
}

const keepMarked = async (
  { ledger, schedule, clock, wake, onError }: AttentionDependencies,
  job: Job,
  ended: AbortSignal,
): Promise<void> => {
  let dueAt = schedule.dueAt(job, { isWatched: true })
  while (!ended.aborted) {
    const until = new Date(clock.now() + markMs)
    const isMarked = await mark({ ledger, wake, onError }, job, { until, dueAt: dueAt ?? until })
    // Later it is only kept marked: each look-up itself says when the next one is due.
    if (isMarked) dueAt = until
    await clock.sleep(isMarked ? renewEveryMs : retryEveryMs, ended)
  }
}

const mark = async (
  { ledger, wake, onError }: Pick<AttentionDependencies, 'ledger' | 'wake' | 'onError'>,
  job: Job,
  { until, dueAt }: { readonly until: Date; readonly dueAt: Date },
): Promise<boolean> => {
  try {
    await ledger.watch(job, until, dueAt)
    wake()
    return true
  } catch (error) {
    onError(error, 'marking a job failed')
    return false
  }
}
