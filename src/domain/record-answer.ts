import { JobNotRecorded } from './errors.ts'
import type { Job } from './job.ts'
import type { JobLedger, SubmissionLedger } from './ledger.ts'
import type { Clock, CreatedImage, Schedule } from './ports.ts'
import type { ReceiveEvent } from './receive-event.ts'
import type { Submission } from './submission.ts'

interface RecordAnswerDependencies {
  readonly ledger: Pick<SubmissionLedger, 'accept'> & Pick<JobLedger, 'find'>
  readonly receiveEvent: Pick<ReceiveEvent, 'replay'>
  readonly schedule: Schedule
  readonly clock: Clock
}

/** Records the job that a create was answered with. */
export type RecordAnswer = (submission: Submission, created: CreatedImage) => Promise<Job>

/** A database that was gone for a moment must not cost a paid job its record. */
const retryAfterMs = [100, 400, 1_500, 5_000] as const

/**
 * Makes the recorder of answers. Events that came before the answer are applied at once.
 *
 * @throws JobNotRecorded the id is in the error; it is the only way back to what is paid
 */
export const createRecordAnswer = (dependencies: RecordAnswerDependencies): RecordAnswer => {
  const { ledger, receiveEvent, schedule, clock } = dependencies
  const accept = async (submission: Submission, job: Job, retries = 0): Promise<Job> =>
    ledger.accept(submission.id, job, schedule.dueAt(job, { isWatched: false })).catch(async (error: unknown) => {
      const pauseMs = retryAfterMs[retries]
      if (pauseMs === undefined) throw new JobNotRecorded(job.id, error, submission.name)
      await clock.sleep(pauseMs)
      return accept(submission, job, retries + 1)
    })

  return async (submission, created) => {
    const job = await accept(submission, newJob(submission, created, new Date(clock.now())))
    // The job is on disk: whatever fails from here on must not keep its id from the caller.
    const isChanged = await receiveEvent.replay(job.id).catch(() => true)
    const [current] = isChanged ? await ledger.find(job.tenant, [job.id]).catch(() => []) : []
    return current ?? job
  }
}

/** The create's answer holds no status and no time: a job is queued from now on until Magic Hour says otherwise. */
const newJob = (
  { tenant, account, name }: Submission,
  { id, creditsCharged, frameCost }: CreatedImage,
  createdAt: Date,
): Job => ({
  id,
  tenant,
  account,
  revision: 0,
  name,
  creditsCharged,
  frameCost,
  imageCount: null,
  createdAt,
  lookedUpAt: null,
  deleted: false,
  status: 'QUEUED',
  finishedAt: null,
})
