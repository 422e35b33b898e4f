import { type Job, isSettled } from './job.ts'
import type { JobLedger, SubmissionLedger } from './ledger.ts'
import type { LookUpJob } from './look-up-job.ts'
import { eventsComeForMs } from './match-submission.ts'
import type { Clock, Keyring, MagicHour } from './ports.ts'
import type { ReceiveEvent } from './receive-event.ts'

interface AskAgainDependencies {
  readonly ledger: Pick<JobLedger, 'findAnywhere'> & Pick<SubmissionLedger, 'hasOpenSubmissions'>
  readonly lookUpJob: Pick<LookUpJob, 'now'>
  readonly magicHour: Pick<MagicHour, 'getImageDetails'>
  readonly receiveEvent: ReceiveEvent
  readonly keyring: Pick<Keyring, 'keyOf'>
  readonly clock: Pick<Clock, 'now'>
  /** The account that the webhooks tell of. */
  readonly account: string
}

/** Asks Magic Hour about a project whose event is too old to be believed. */
export type AskAgain = (projectId: string) => Promise<void>

/**
 * Makes what asks again. Without a key to ask with, the next look-up or reader of the job will. Nobody is asked for nothing:
 * whoever has caught one old delivery can send it as often as they like.
 */
export const createAskAgain =
  ({ ledger, lookUpJob, magicHour, receiveEvent, keyring, clock, account }: AskAgainDependencies): AskAgain =>
  async (projectId) => {
    const lookUp = async (job: Job): Promise<void> => {
      const key = keyring.keyOf(job.account)
      if (key !== null && !isSettled(job)) await lookUpJob.now(job, key)
    }
    const jobs = await ledger.findAnywhere(projectId)
    await Promise.all(jobs.map(lookUp))
    const key = keyring.keyOf(account)
    if (jobs.length > 0 || key === null) return
    if (!(await ledger.hasOpenSubmissions(new Date(clock.now() - eventsComeForMs)))) return
    const state = await magicHour.getImageDetails(key, projectId)
    if (state !== null) await receiveEvent(state)
  }
