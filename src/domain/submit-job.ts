import type { AcceptedJob, AwaitAnswer } from './await-answer.ts'
import type { Caller } from './caller.ts'
import { isSurelyUncharged } from './error-catalogue.ts'
import { DomainError, IdempotencyConflict, ShuttingDown, SubmissionUnknown } from './errors.ts'
import { holdLease, leaseMs } from './hold-lease.ts'
import type { Job } from './job.ts'
import type { SubmissionLedger } from './ledger.ts'
import { nameWithToken } from './match-submission.ts'
import type { Clock, CreatedImage, MagicHour } from './ports.ts'
import type { ReceiveEvent } from './receive-event.ts'
import type { RecordAnswer } from './record-answer.ts'
import type { Submission } from './submission.ts'

/** What a caller asks for. */
export interface SubmitRequest {
  readonly imageFilePath: string
  readonly backgroundImageFilePath: string | null
  /** null: a name with a token is sent, by which the job can be found again when its answer is lost. */
  readonly name: string | null
  readonly idempotencyKey: string | null
}

/** Has one job made. */
export type SubmitJob = (caller: Caller, request: SubmitRequest) => Promise<Job>

interface SubmitJobDependencies {
  readonly ledger: Pick<SubmissionLedger, 'begin' | 'findSubmission' | 'renew' | 'doubt' | 'discard'>
  readonly magicHour: Pick<MagicHour, 'createImage'>
  readonly awaitAnswer: AwaitAnswer
  readonly acceptedJob: AcceptedJob
  readonly recordAnswer: RecordAnswer
  readonly receiveEvent: Pick<ReceiveEvent, 'replayAll'>
  readonly clock: Clock
  readonly newId: () => string
  /** 13 unguessable characters of a to z and 2 to 7. */
  readonly newToken: () => string
  /** A one-way hash of a text: the arguments may hold signed links. */
  readonly hash: (text: string) => string
  /** Whether the program is ending: what has not been sent by then is not sent any more. */
  readonly isStopping: () => boolean
}

/**
 * Has one job made, and paid for once.
 *
 * The intent is on disk before the request leaves and the answer before the caller hears of it, so that a crash at any line
 * leaves a trace. A repeated idempotency key resolves to the first call's job as it is by now; at the same moment too, on
 * whichever replica: the later call waits for the earlier one's answer.
 *
 * @throws LedgerUnavailable    the intent could not be recorded; nothing was sent
 * @throws IdempotencyConflict  the key was used with other arguments
 * @throws SubmissionUnknown    it cannot be known whether a job was made; the key stays bound to that
 * @throws JobNotRecorded       the job is made and paid, its id is in the error
 * @throws ShuttingDown         the program is ending and has sent nothing
 * @throws DomainError          Magic Hour refused, and the key is free again
 */
export const createSubmitJob =
  (dependencies: SubmitJobDependencies): SubmitJob =>
  async (caller, request) => {
    for (;;) {
      if (dependencies.isStopping()) throw new ShuttingDown()
      const intent = newIntent(dependencies, caller, request)
      const recorded = await begin(dependencies, intent)
      if (recorded.argumentsHash !== intent.argumentsHash) throw conflictWith(recorded)
      if (recorded.id === intent.id) return send(dependencies, caller, { intent, request })
      const job = await dependencies.awaitAnswer(caller, recorded)
      if (job !== null) return job
      // The earlier call was refused for certain, so its key is free again: now it is this call's turn.
    }
  }

/** Names the job, if there is one: who uploaded the same image anew may have meant just that job. */
const conflictWith = ({ outcome }: Submission): IdempotencyConflict =>
  new IdempotencyConflict(outcome.state === 'ACCEPTED' ? outcome.jobId : null)

const begin = async (dependencies: SubmitJobDependencies, intent: Submission): Promise<Submission> => {
  try {
    return await dependencies.ledger.begin(intent)
  } catch (error) {
    void takeBack(dependencies, intent)
    throw error
  }
}

/**
 * The answer to the commit may be what was lost, and the commit may even come later. Nothing was sent, and nobody else sends for
 * this intent: so it is taken back, again and again, until the database has surely come to an end with it.
 */
const takeBack = async ({ ledger, clock }: SubmitJobDependencies, { id }: Submission): Promise<void> => {
  for (const pauseMs of takeBackAfterMs) {
    await clock.sleep(pauseMs)
    await ledger.discard(id).catch(() => undefined)
  }
}

const takeBackAfterMs = [0, 1_000, 4_000, 10_000] as const

interface Attempt {
  readonly intent: Submission
  readonly request: SubmitRequest
}

const newIntent = (
  { clock, newId, newToken, hash }: SubmitJobDependencies,
  { tenant, account }: Caller,
  { imageFilePath, backgroundImageFilePath, name, idempotencyKey }: SubmitRequest,
): Submission => {
  const startedAt = new Date(clock.now())
  const token = name === null ? newToken() : null
  return {
    id: newId(),
    tenant,
    account,
    idempotencyKey,
    argumentsHash: hash(JSON.stringify([imageFilePath, backgroundImageFilePath, name])),
    name: name ?? nameWithToken(token ?? '', startedAt),
    token,
    startedAt,
    outcome: { state: 'SENDING', leaseUntil: new Date(startedAt.getTime() + leaseMs) },
  }
}

const send = async (dependencies: SubmitJobDependencies, caller: Caller, attempt: Attempt): Promise<Job> => {
  const lease = holdLease(dependencies, attempt.intent)
  try {
    return await create(dependencies, caller, { ...attempt, lost: lease.lost })
  } finally {
    lease.end()
  }
}

const create = async (
  dependencies: SubmitJobDependencies,
  caller: Caller,
  { intent, request, lost }: Attempt & { readonly lost: AbortSignal },
): Promise<Job> => {
  let created: CreatedImage
  try {
    created = await dependencies.magicHour.createImage(caller.apiKey, { ...request, name: intent.name }, lost)
  } catch (error) {
    return afterFailure(dependencies, caller, { intent, error })
  }
  return dependencies.recordAnswer(intent, created)
}

/** Settles what the failure of a create means. Resolves only where an event has told of the job already. */
const afterFailure = async (
  { ledger, receiveEvent, acceptedJob }: SubmitJobDependencies,
  caller: Caller,
  { intent, error }: { readonly intent: Submission; readonly error: unknown },
): Promise<Job> => {
  if (isSurelyUncharged(error)) {
    // Where even this fails the lease runs out, and the key says UNKNOWN: too careful, and nothing worse.
    await ledger.discard(intent.id).catch(() => undefined)
    throw error
  }
  const found = await settleDoubt({ ledger, receiveEvent }, intent).catch(() => null)
  if (found?.outcome.state === 'ACCEPTED') return acceptedJob(caller, found.outcome.jobId)
  throw unknownOutcome(intent, error)
}

const settleDoubt = async (
  { ledger, receiveEvent }: Pick<SubmitJobDependencies, 'ledger' | 'receiveEvent'>,
  { id }: Submission,
): Promise<Submission | null> => {
  await ledger.doubt(id)
  await receiveEvent.replayAll()
  return ledger.findSubmission(id)
}

const unknownOutcome = ({ name }: Submission, error: unknown): SubmissionUnknown =>
  new SubmissionUnknown('', {
    submissionName: name,
    ...(error instanceof DomainError
      ? { cause: error.cause, ...(error.upstream !== null && { upstream: error.upstream }) }
      : { cause: error }),
  })
