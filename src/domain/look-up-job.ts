import { applyUpstreamState, markDeleted } from './apply-upstream-state.ts'
import { DomainError, RateLimited } from './errors.ts'
import { type Job, isFinal } from './job.ts'
import type { FinishedLookup, LookupLedger } from './ledger.ts'
import type { Clock, MagicHour, Schedule, UpstreamState } from './ports.ts'
import type { RecordChange } from './record-change.ts'
import type { Secret } from './secret.ts'

interface LookUpJobDependencies {
  readonly ledger: Pick<LookupLedger, 'claimOne' | 'release'>
  readonly magicHour: Pick<MagicHour, 'getImageDetails'>
  readonly recordChange: RecordChange
  readonly schedule: Schedule
  readonly clock: Pick<Clock, 'now'>
  /** Names this process in its leases. */
  readonly owner: string
}

/** The ways to ask Magic Hour about a job. Each asks once and records what changed. */
export interface LookUpJob {
  /** Of a job that is under our lease, which ends with it. */
  claimed(job: Job, apiKey: Secret): Promise<Job>
  /** Of a job that is due by now for somebody who wants to know; else, and while somebody else is at it, the job as it is. */
  ifDue(job: Job, apiKey: Secret): Promise<Job>
  /** Whatever the schedule says: a link is about to die. However many ask at once, Magic Hour is asked once. */
  now(job: Job, apiKey: Secret): Promise<Job>
}

/** How long a look-up may take, with all its attempts: the lease outlives it. */
export const lookupLeaseMs = 60_000

/** Magic Hour was asked several times already by then, and did not answer. */
const pauseAfterFailureMs = 5_000

/** The longest pause that is kept to, whatever Magic Hour asks for. */
const longestPauseMs = 86_400_000

/** How long to leave Magic Hour alone after a look-up that failed. */
export const pauseAfter = (error: unknown): number => {
  const askedMs = error instanceof DomainError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
  return Math.min(longestPauseMs, Math.max(pauseAfterFailureMs, askedMs))
}

/**
 * Magic Hour says 404 for a deleted project. A job made this recently that it does not find is more likely not to be found
 * yet.
 */
const settlingMs = 60_000

/** Makes the one place from which jobs are looked up. */
export const createLookUpJob = (dependencies: LookUpJobDependencies): LookUpJob => {
  const { ledger, schedule, clock, owner } = dependencies
  const running = new Map<string, Promise<Job>>()
  const throttledUntil = new Map<string, number>()

  // A lease that cannot be ended runs out by itself; what the look-up came to must not be lost over it.
  const release = (job: Job, lookup: Omit<FinishedLookup, 'owner'>): Promise<void> =>
    ledger.release(job, { owner, ...lookup }).catch(() => undefined)

  const claimed = async (job: Job, apiKey: Secret): Promise<Job> => {
    try {
      const answer = await ask(dependencies, job, apiKey)
      const now = new Date(clock.now())
      const known = { ...answer, lookedUpAt: now }
      await release(job, { now, answeredAt: now, dueAt: nextDueAt(schedule, known) })
      return known
    } catch (error) {
      const now = new Date(clock.now())
      const planned = nextDueAt(schedule, { ...job, lookedUpAt: now })
      const earliest = new Date(now.getTime() + pauseAfter(error))
      if (error instanceof RateLimited) throttledUntil.set(job.account, earliest.getTime())
      await release(job, { now, answeredAt: null, dueAt: dueAfterFailure(planned, earliest) })
      throw error
    }
  }

  return {
    claimed,
    ifDue: async (job, apiKey) => {
      const now = new Date(clock.now())
      const dueAt = schedule.dueAt(job, { isWatched: true })
      if (dueAt === null || dueAt > now) return job
      // Each reader would be refused like the one before, and keep the account throttled.
      if ((throttledUntil.get(job.account) ?? 0) > now.getTime()) return job
      throttledUntil.delete(job.account)
      const until = new Date(now.getTime() + lookupLeaseMs)
      return (await ledger.claimOne(job, { owner, now, until })) ? claimed(job, apiKey) : job
    },
    now: (job, apiKey) => {
      const key = JSON.stringify([job.tenant, job.id])
      const lookup = running.get(key) ?? ask(dependencies, job, apiKey).finally(() => running.delete(key))
      running.set(key, lookup)
      return lookup
    },
  }
}

const ask = async (
  { magicHour, recordChange, clock }: LookUpJobDependencies,
  job: Job,
  apiKey: Secret,
): Promise<Job> => {
  const state = await magicHour.getImageDetails(apiKey, job.id)
  const now = new Date(clock.now())
  return recordChange(job, { apply: (current) => change(current, state, now), saidBy: 'LOOKUP', now })
}

const change = (job: Job, state: UpstreamState | null, now: Date): Job => {
  if (state !== null) return applyUpstreamState(job, state, now)
  const mayStillAppear = !isFinal(job.status) && now.getTime() - job.createdAt.getTime() < settlingMs
  return mayStillAppear ? job : markDeleted(job)
}

const nextDueAt = (schedule: Schedule, job: Job): FinishedLookup['dueAt'] => ({
  watched: schedule.dueAt(job, { isWatched: true }),
  unwatched: schedule.dueAt(job, { isWatched: false }),
})

/** As after an answer, so that a project about which there is none is not asked about more often than others; but not at once. */
const dueAfterFailure = (planned: FinishedLookup['dueAt'], earliest: Date): FinishedLookup['dueAt'] => {
  const notBefore = (at: Date | null): Date | null => (at !== null && at < earliest ? earliest : at)
  return { watched: notBefore(planned.watched), unwatched: notBefore(planned.unwatched) }
}
