import type { Caller } from './caller.ts'
import { SubmissionUnknown } from './errors.ts'
import type { Job } from './job.ts'
import type { JobLedger, SubmissionLedger } from './ledger.ts'
import type { Changes, Clock } from './ports.ts'
import type { ReadJobs } from './read-jobs.ts'
import type { ReceiveEvent } from './receive-event.ts'
import type { Submission } from './submission.ts'

interface AwaitAnswerDependencies {
  readonly ledger: Pick<SubmissionLedger, 'findSubmission' | 'doubtExpired'>
  readonly changes: Pick<Changes, 'onSubmission'>
  readonly acceptedJob: AcceptedJob
  readonly receiveEvent: Pick<ReceiveEvent, 'replayAll'>
  readonly clock: Clock
}

/** Waits for the answer to a submission that somebody else sends. null: it was refused for certain, and the key is free. */
export type AwaitAnswer = (caller: Caller, submission: Submission) => Promise<Job | null>

/** The job that an idempotency key resolves to, as it is by now. */
export type AcceptedJob = (caller: Caller, jobId: string) => Promise<Job>

/** Makes the reader of a job that is known to be paid: its id is the answer even when Magic Hour cannot be asked about it. */
export const createAcceptedJob =
  ({ ledger, readJobs }: { readonly ledger: Pick<JobLedger, 'find'>; readonly readJobs: ReadJobs }): AcceptedJob =>
  async (caller, jobId) => {
    const [known] = await ledger.find(caller.tenant, [jobId])
    if (known === undefined) throw new SubmissionUnknown()
    const [job = null] = await readJobs(caller, [jobId])
    return job === null || job instanceof Error ? known : job
  }

/**
 * Makes the waiter. A sender keeps renewing its lease; once that is over the sender is gone, and the outcome unknown.
 *
 * @throws SubmissionUnknown
 */
export const createAwaitAnswer =
  ({ ledger, changes, acceptedJob, receiveEvent, clock }: AwaitAnswerDependencies): AwaitAnswer =>
  async (caller, { id }) => {
    let changed = Promise.withResolvers<void>()
    const stop = changes.onSubmission(id, () => changed.resolve())
    try {
      for (;;) {
        // Before the look: what changes after it is not missed.
        changed = Promise.withResolvers<void>()
        const submission = await ledger.findSubmission(id)
        if (submission === null) return null
        const { outcome, name } = submission
        if (outcome.state === 'ACCEPTED') return await acceptedJob(caller, outcome.jobId)
        if (outcome.state !== 'SENDING') throw new SubmissionUnknown('', { submissionName: name })
        const leftMs = outcome.leaseUntil.getTime() - clock.now()
        if (leftMs > 0) await either(changed.promise, clock, leftMs)
        else await doubt({ ledger, receiveEvent, clock })
      }
    } finally {
      stop()
    }
  }

/** An event may have told of the job while it was thought to be on its way. */
const doubt = async ({
  ledger,
  receiveEvent,
  clock,
}: Pick<AwaitAnswerDependencies, 'ledger' | 'receiveEvent' | 'clock'>): Promise<void> => {
  await ledger.doubtExpired(new Date(clock.now()))
  await receiveEvent.replayAll()
}

const either = async (changed: Promise<void>, clock: Clock, ms: number): Promise<void> => {
  const timer = new AbortController()
  await Promise.race([changed, clock.sleep(ms, timer.signal)])
  timer.abort()
}
