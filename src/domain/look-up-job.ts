import { applyUpstreamState, markDeleted } from './apply-upstream-state.ts'
import { DomainError } from './errors.ts'
import { type Job, isFinal } from './job.ts'
import type { LookupLedger } from './ledger.ts'
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

/**
 * Magic Hour says 404 for a deleted project. A job made this recently that it does not find is more likely not to be found
 * yet.
 */
const settlingMs = 60_000

/** Makes the one place from which jobs are looked up. */
export const createLookUpJob = (dependencies: LookUpJobDependencies): LookUpJob => {
  const { ledger, schedule, clock, owner } = dependencies
  const running = new Map<string, Promise<Job>>()

  const claimed = async (job: Job, apiKey: Secret): Promise<Job> => {
    try {
      const known = await ask(dependencies, job, apiKey)
      const answeredAt = new Date(clock.now())
      await ledger.release(job, { owner, now: answeredAt, answeredAt, dueAt: nextDueAt(schedule, known, answeredAt) })
      return { ...known, lookedUpAt: answeredAt }
    } catch (error) {
      const now = clock.now()
      const dueAt = new Date(now + pauseAfter(error))
      await ledger.release(job, {
        owner,
        now: new Date(now),
        answeredAt: null,
        dueAt: { watched: dueAt, unwatched: dueAt },
      })
      throw error
    }
  }

  return {
    claimed,
    ifDue: async (job, apiKey) => {
      const now = new Date(clock.now())
      const dueAt = schedule.dueAt(job, { isWatched: true })
      if (dueAt === null || dueAt > now) return job
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

const nextDueAt = (schedule: Schedule, known: Job, answeredAt: Date) => {
  const job = { ...known, lookedUpAt: answeredAt }
  return {
    watched: schedule.dueAt(job, { isWatched: true }),
    unwatched: schedule.dueAt(job, { isWatched: false }),
  }
}

const pauseAfter = (error: unknown): number => {
  const askedMs = error instanceof DomainError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
  return Math.min(longestPauseMs, Math.max(pauseAfterFailureMs, askedMs))
}
