import type { Caller } from './caller.ts'
import { isSurelyUncharged } from './error-catalogue.ts'
import { DomainError, IdempotencyConflict, JobNotRecorded, ShuttingDown, SubmissionUnknown } from './errors.ts'
import type { Job } from './job.ts'
import type { Clock, CreatedImage, ImageRequest, JobLedger, MagicHour } from './ports.ts'
import type { ReadJobs } from './read-jobs.ts'
import type { Submission } from './submission.ts'

/** What a caller asks for. */
export interface SubmitRequest extends ImageRequest {
  readonly idempotencyKey: string | null
}

/** Has one job made. */
export type SubmitJob = (caller: Caller, request: SubmitRequest) => Promise<Job>

interface SubmitJobDependencies {
  readonly ledger: Pick<JobLedger, 'begin' | 'settle' | 'discard' | 'find'>
  readonly magicHour: Pick<MagicHour, 'createImage'>
  readonly readJobs: ReadJobs
  readonly clock: Pick<Clock, 'now'>
  readonly newId: () => string
  /** A one-way hash of a text: the arguments may hold signed links. */
  readonly hash: (text: string) => string
  /** Whether the program is ending: what has not been sent by then is not sent any more. */
  readonly isStopping: () => boolean
}

/**
 * Has one job made, and paid for once.
 *
 * The intent is recorded before the request leaves and the answer before the caller hears of it, so that a crash at any line
 * leaves a trace. A repeated idempotency key resolves to the first call's job as it is by now; at the same moment too: the
 * later call waits for the earlier one's answer.
 *
 * @throws IdempotencyConflict  the key was used with other arguments
 * @throws SubmissionUnknown    it cannot be known whether a job was made; the key stays bound to that
 * @throws JobNotRecorded       the job is made and paid, its id is in the error
 * @throws ShuttingDown         the program is ending and has sent nothing
 * @throws DomainError          Magic Hour refused, and the key is free again
 */
export const createSubmitJob = (dependencies: SubmitJobDependencies): SubmitJob => {
  const running = new Map<string, { readonly argumentsHash: string; readonly job: Promise<Job> }>()

  return async (caller, request) => {
    const intent = newIntent(dependencies, caller, request)
    const slot = JSON.stringify([intent.tenant, intent.idempotencyKey ?? intent.id])
    const earlier = running.get(slot)
    if (earlier !== undefined) {
      if (earlier.argumentsHash !== intent.argumentsHash) throw new IdempotencyConflict()
      return earlier.job
    }
    if (dependencies.isStopping()) throw new ShuttingDown()
    const job = submit(dependencies, caller, { intent, request }).finally(() => running.delete(slot))
    running.set(slot, { argumentsHash: intent.argumentsHash, job })
    return job
  }
}

interface Attempt {
  readonly intent: Submission
  readonly request: SubmitRequest
}

const newIntent = (
  { clock, newId, hash }: SubmitJobDependencies,
  { tenant }: Caller,
  { imageFilePath, backgroundImageFilePath, name, idempotencyKey }: SubmitRequest,
): Submission => ({
  id: newId(),
  tenant,
  idempotencyKey,
  argumentsHash: hash(JSON.stringify([imageFilePath, backgroundImageFilePath, name])),
  name,
  startedAt: new Date(clock.now()),
  outcome: { state: 'SENDING' },
})

const submit = async (dependencies: SubmitJobDependencies, caller: Caller, attempt: Attempt): Promise<Job> => {
  const recorded = await dependencies.ledger.begin(attempt.intent)
  if (recorded.argumentsHash !== attempt.intent.argumentsHash) throw new IdempotencyConflict()
  return recorded.id === attempt.intent.id
    ? send(dependencies, caller, attempt)
    : settledJob(dependencies, caller, recorded)
}

const settledJob = async (
  { ledger, readJobs }: SubmitJobDependencies,
  caller: Caller,
  { outcome }: Submission,
): Promise<Job> => {
  const [known] = outcome.state === 'ACCEPTED' ? await ledger.find(caller.tenant, [outcome.jobId]) : []
  // Still SENDING here means that whoever was sending it is gone: its answer will not come any more.
  if (known === undefined) throw new SubmissionUnknown()
  const [job = null] = await readJobs(caller, [known.id])
  // The job is paid, so its id is the answer even when Magic Hour cannot be asked about it.
  return job === null || job instanceof Error ? known : job
}

const send = async (
  { ledger, magicHour, clock }: SubmitJobDependencies,
  caller: Caller,
  { intent, request }: Attempt,
): Promise<Job> => {
  const created = await magicHour.createImage(caller.apiKey, request).catch(async (error: unknown) => {
    if (isSurelyUncharged(error)) {
      await ledger.discard(intent.id)
      throw error
    }
    await ledger.settle(intent.id, { state: 'UNKNOWN' })
    throw error instanceof DomainError ? error : new SubmissionUnknown('', { cause: error })
  })
  const job = newJob(intent, created, new Date(clock.now()))
  await ledger.settle(intent.id, { state: 'ACCEPTED', jobId: job.id }, job).catch((error: unknown) => {
    throw new JobNotRecorded(job.id, error)
  })
  return job
}

/** The create's answer holds no status and no time: a job is queued from now on until Magic Hour says otherwise. */
const newJob = (
  { tenant, name }: Submission,
  { id, creditsCharged, frameCost }: CreatedImage,
  createdAt: Date,
): Job => ({
  id,
  tenant,
  revision: 0,
  name,
  creditsCharged,
  frameCost,
  imageCount: null,
  createdAt,
  deleted: false,
  status: 'QUEUED',
  finishedAt: null,
})
