import { applyUpstreamState, markDeleted } from './apply-upstream-state.ts'
import { type Job, isFinal } from './job.ts'
import type { Clock, JobLedger, MagicHour, UpstreamState } from './ports.ts'
import type { Secret } from './secret.ts'

interface RefreshJobDependencies {
  readonly ledger: Pick<JobLedger, 'find' | 'update'>
  readonly magicHour: Pick<MagicHour, 'getImageDetails'>
  readonly clock: Pick<Clock, 'now'>
}

/** Looks a job up at Magic Hour and records what changed. */
export type RefreshJob = (job: Job, apiKey: Secret) => Promise<Job>

/**
 * Magic Hour says 404 for a deleted project. A job made this recently that it does not find is more likely not to be found
 * yet.
 */
const settlingMs = 60_000

/**
 * Makes the one function through which jobs are looked up. However many ask for the same job at once, Magic Hour is asked
 * once: the lookup is shared, and so it does not end when one of those who asked gives up.
 */
export const createRefreshJob = ({ ledger, magicHour, clock }: RefreshJobDependencies): RefreshJob => {
  const running = new Map<string, Promise<Job>>()

  const lookUp = async (job: Job, apiKey: Secret): Promise<Job> => {
    const state = await magicHour.getImageDetails(apiKey, job.id)
    return recordChange(ledger, job, (current) => change(current, state, clock.now()))
  }

  return (job, apiKey) => {
    const key = `${job.tenant}\n${job.id}`
    const lookup = running.get(key) ?? lookUp(job, apiKey).finally(() => running.delete(key))
    running.set(key, lookup)
    return lookup
  }
}

/**
 * Stores a change on top of the newest revision: when somebody else was faster, the change is made again from theirs. A job
 * that the ledger does not hold is changed for this one answer.
 *
 * @param change returns the same object when there is nothing to store
 */
export const recordChange = async (
  ledger: Pick<JobLedger, 'find' | 'update'>,
  job: Job,
  change: (current: Job) => Job,
): Promise<Job> => {
  const [current] = await ledger.find(job.tenant, [job.id])
  if (current === undefined) return change(job)
  const next = change(current)
  return next === current || (await ledger.update(next)) ? next : recordChange(ledger, job, change)
}

const change = (job: Job, state: UpstreamState | null, nowMs: number): Job => {
  if (state !== null) return applyUpstreamState(job, state, new Date(nowMs))
  const mayStillAppear = !isFinal(job.status) && nowMs - job.createdAt.getTime() < settlingMs
  return mayStillAppear ? job : markDeleted(job)
}
