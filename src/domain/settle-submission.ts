import { type Caller, ownsAccount } from './caller.ts'
import { InvalidArgument, JobNotFound, SubmissionNotUnknown } from './errors.ts'
import type { Job } from './job.ts'
import type { JobLedger, SubmissionLedger } from './ledger.ts'
import { backgroundRemover, fits, tokenIn } from './match-submission.ts'
import type { Clock, MagicHour, Schedule, UpstreamState } from './ports.ts'
import { acceptRecovered } from './recover-job.ts'
import type { Submission } from './submission.ts'

interface SettleSubmissionDependencies {
  readonly ledger: Pick<SubmissionLedger, 'findSubmissionByKey' | 'findOpenSubmissions' | 'accept' | 'abandon'> &
    Pick<JobLedger, 'find' | 'findAnywhere'>
  readonly magicHour: Pick<MagicHour, 'getImageDetails'>
  readonly schedule: Schedule
  readonly clock: Pick<Clock, 'now'>
}

/** Which submission: by the caller's key, or where there was none, by the name that the error told. */
export type SubmissionHandle = { readonly idempotencyKey: string } | { readonly submissionName: string }

/** What a person can do about a submission whose outcome is unknown. */
export interface SettleSubmission {
  /**
   * Says which job it made, once a person has found it in the account.
   *
   * @throws InvalidArgument       the project does not fit the submission, or another submission made it
   * @throws SubmissionNotUnknown  there is nothing to settle
   * @throws JobNotFound           no submission has the key or name
   */
  resolve(caller: Caller, handle: SubmissionHandle, jobId: string): Promise<Job>
  /**
   * Gives its key up: the next call with it makes, and pays for, a new job. A job that turns up later is still recorded.
   *
   * @throws SubmissionNotUnknown  there is nothing to give up
   * @throws JobNotFound           no submission has the key
   */
  abandon(caller: Caller, idempotencyKey: string): Promise<void>
}

/** Makes what settles unknown submissions by hand. */
export const createSettleSubmission = (dependencies: SettleSubmissionDependencies): SettleSubmission => {
  const { ledger, magicHour } = dependencies
  return {
    resolve: async (caller, handle, jobId) => {
      const submission = await findSubmission(ledger, caller, handle)
      const { outcome } = submission
      if (outcome.state === 'ACCEPTED') return acceptedJob(dependencies, caller, { accepted: outcome.jobId, jobId })
      if (outcome.state === 'SENDING') throw new SubmissionNotUnknown('This submission is still being sent.')
      const state = await magicHour.getImageDetails(caller.apiKey, jobId)
      const problem = problemWith(caller, { submission, state, known: await ledger.findAnywhere(jobId) })
      if (state === null || problem !== null) throw new InvalidArgument('jobId', problem ?? doesNotFit)
      const job = await acceptRecovered(dependencies, submission, state)
      // In this moment an event has told of another job.
      if (job.id !== state.id) throw new SubmissionNotUnknown()
      return job
    },
    abandon: async (caller, idempotencyKey) => {
      const submission = await findSubmission(ledger, caller, { idempotencyKey })
      if (!(await ledger.abandon(submission.id))) throw new SubmissionNotUnknown()
    },
  }
}

interface Claim {
  readonly submission: Submission
  readonly state: UpstreamState | null
  /** What the ledger knows of the project, whoever's. */
  readonly known: readonly Job[]
}

/** Why a project cannot be the one that a submission made; null: it can. */
const problemWith = (caller: Caller, { submission, state, known }: Claim): string | null => {
  const isMine = known.some(({ tenant }) => tenant === caller.tenant)
  const isOthers = known.some(({ tenant, account }) => tenant !== caller.tenant && account === caller.account)
  if (state === null || isOthers || !isItsJob(caller, submission, state)) return doesNotFit
  // In an account of one's own whoever looks at a project takes it over; so one that fits may be known and be this one.
  return isMine && !(ownsAccount(caller) && fits(submission, state))
    ? 'another submission of yours made this job.'
    : null
}

const doesNotFit = 'there is no background removal with this id that this submission can have made.'

const findSubmission = async (
  ledger: SettleSubmissionDependencies['ledger'],
  { tenant }: Caller,
  handle: SubmissionHandle,
): Promise<Submission> => {
  if ('submissionName' in handle) return findByName(ledger, tenant, handle.submissionName)
  const submission = await ledger.findSubmissionByKey(tenant, handle.idempotencyKey)
  if (submission === null) throw new JobNotFound('No submission has this idempotency key.')
  return submission
}

const findByName = async (
  ledger: Pick<SubmissionLedger, 'findOpenSubmissions'>,
  tenant: string,
  name: string,
): Promise<Submission> => {
  const sought = { name, token: tokenIn(name), startedSince: new Date(0) }
  const open = await ledger.findOpenSubmissions(sought)
  const [submission, other] = open.filter((candidate) => candidate.tenant === tenant && candidate.name === name)
  if (submission === undefined) throw new JobNotFound('No submission of this name is without its job.')
  if (other !== undefined)
    throw new InvalidArgument('submissionName', 'several submissions of yours have this name: use the idempotency key.')
  return submission
}

/** Said twice, it is settled: the same job is no news, another one a mistake. */
const acceptedJob = async (
  { ledger }: SettleSubmissionDependencies,
  { tenant }: Caller,
  { accepted, jobId }: { readonly accepted: string; readonly jobId: string },
): Promise<Job> => {
  const [job] = accepted === jobId ? await ledger.find(tenant, [jobId]) : []
  if (job === undefined) throw new SubmissionNotUnknown()
  return job
}

/** In an account that several tenants share, the name that was sent is the proof that the project is this tenant's. */
const isItsJob = (caller: Caller, submission: Submission, state: UpstreamState): boolean =>
  state.type === backgroundRemover && (ownsAccount(caller) || fits(submission, state))
