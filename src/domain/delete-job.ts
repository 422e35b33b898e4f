import { markDeleted } from './apply-upstream-state.ts'
import type { Caller } from './caller.ts'
import { JobNotFinished, JobNotFound } from './errors.ts'
import { type Job, isSettled } from './job.ts'
import type { LookUpJob } from './look-up-job.ts'
import type { Clock, MagicHour } from './ports.ts'
import type { ReadJobs } from './read-jobs.ts'
import type { RecordChange } from './record-change.ts'

interface DeleteJobDependencies {
  readonly magicHour: Pick<MagicHour, 'deleteImage'>
  readonly readJobs: ReadJobs
  readonly lookUpJob: Pick<LookUpJob, 'now'>
  readonly recordChange: RecordChange
  readonly clock: Pick<Clock, 'now'>
}

/** Deletes the image of one of the caller's jobs for good. */
export type DeleteJob = (caller: Caller, id: string) => Promise<Job>

/**
 * Makes the deleter. The job is read first: DELETE cannot be undone and works on any project of the account, so only the
 * caller's own background removals may reach it. An unfinished job is refused, because deleting is no cancel and would
 * throw away what is paid.
 *
 * @throws JobNotFound     unknown, or not the caller's
 * @throws JobNotFinished  there is nothing to delete yet
 */
export const createDeleteJob =
  ({ magicHour, readJobs, lookUpJob, recordChange, clock }: DeleteJobDependencies): DeleteJob =>
  async (caller, id) => {
    const [job = null] = await readJobs(caller, [id])
    if (job instanceof Error) throw job
    if (job === null) throw new JobNotFound()
    if (job.deleted) return job
    // What is known may be a moment old, and a refusal should not be.
    const latest = isSettled(job) ? job : await lookUpJob.now(job, caller.apiKey)
    if (latest.deleted) return latest
    if (!isSettled(latest)) throw new JobNotFinished()
    await magicHour.deleteImage(caller.apiKey, latest.id)
    return recordChange(latest, { apply: markDeleted, saidBy: 'LOOKUP', now: new Date(clock.now()) })
  }
