import { applyUpstreamState } from './apply-upstream-state.ts'
import { type Job, creditsAnImage } from './job.ts'
import type { JobLedger, SubmissionLedger } from './ledger.ts'
import { eventsComeForMs, matchSubmission, tokenIn } from './match-submission.ts'
import type { Clock, Schedule, UpstreamState } from './ports.ts'
import type { Submission } from './submission.ts'

interface RecoverJobDependencies {
  readonly ledger: Pick<SubmissionLedger, 'findOpenSubmissions' | 'accept'> & Pick<JobLedger, 'findAnywhere'>
  readonly schedule: Schedule
  readonly clock: Pick<Clock, 'now'>
}

/** Finds the submission that made a project, where its answer never came, and records the job. null: none fits for certain. */
export type RecoverJob = (state: UpstreamState) => Promise<Job | null>

/** Makes the finder of lost jobs. From then on the idempotency key resolves to the job. */
export const createRecoverJob =
  (dependencies: RecoverJobDependencies): RecoverJob =>
  async (state) => {
    const { ledger } = dependencies
    const startedSince = new Date(dependencies.clock.now() - eventsComeForMs)
    const open = await ledger.findOpenSubmissions({ name: state.name, token: tokenIn(state.name), startedSince })
    const submission = matchSubmission(state, open)
    if (submission === null) return null
    // In this order: another submission of this name, of another tenant even, is either open still, so that two fit, or answered
    // with this very job.
    const isTaken = submission.token === null && (await ledger.findAnywhere(state.id)).length > 0
    return isTaken ? null : acceptRecovered(dependencies, submission, state)
  }

/** Records the job of a submission from what Magic Hour says of it by now. */
export const acceptRecovered = (
  {
    ledger,
    schedule,
    clock,
  }: Pick<RecoverJobDependencies, 'schedule' | 'clock'> & {
    readonly ledger: Pick<SubmissionLedger, 'accept'>
  },
  submission: Submission,
  state: UpstreamState,
): Promise<Job> => {
  const now = new Date(clock.now())
  const queued: Job = {
    id: state.id,
    tenant: submission.tenant,
    account: submission.account,
    revision: 0,
    name: submission.name,
    creditsCharged: creditsAnImage,
    frameCost: null,
    imageCount: null,
    createdAt: submission.startedAt,
    lookedUpAt: now,
    deleted: false,
    status: 'QUEUED',
    finishedAt: null,
  }
  const job = { ...applyUpstreamState(queued, state, now), revision: 0 }
  return ledger.accept(submission.id, job, schedule.dueAt(job, { isWatched: false }))
}
