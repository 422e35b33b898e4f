import { markDeleted } from './apply-upstream-state.ts'
import type { Caller } from './caller.ts'
import { JobNotFinished, JobNotFound } from './errors.ts'
import { type Job, isSettled } from './job.ts'
import type { JobLedger, MagicHour } from './ports.ts'
import type { ReadJobs } from './read-jobs.ts'
import { recordChange } from './refresh-job.ts'

interface DeleteJobDependencies {
  readonly ledger: Pick<JobLedger, 'find' | 'update'>
  readonly magicHour: Pick<MagicHour, 'deleteImage'>
  readonly readJobs: ReadJobs
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
  ({ ledger, magicHour, readJobs }: DeleteJobDependencies): DeleteJob =>
  async (caller, id) => {
    const [job = null] = await readJobs(caller, [id])
    if (job instanceof Error) throw job
    if (job === null) throw new JobNotFound()
    if (job.deleted) return job
    if (!isSettled(job)) throw new JobNotFinished()
    await magicHour.deleteImage(caller.apiKey, job.id)
    return recordChange(ledger, job, markDeleted)
  }
