import { applyUpstreamState } from './apply-upstream-state.ts'
import { type Caller, ownsAccount } from './caller.ts'
import { asError } from './as-error.ts'
import { InvalidArgument } from './errors.ts'
import { type Job, isSettled } from './job.ts'
import type { JobLedger } from './ledger.ts'
import type { LookUpJob } from './look-up-job.ts'
import { backgroundRemover, tokenIn } from './match-submission.ts'
import type { Clock, MagicHour, Schedule } from './ports.ts'
import { projectIdProblem } from './project-id.ts'
import type { RecoverJob } from './recover-job.ts'

interface ReadJobsDependencies {
  readonly ledger: Pick<JobLedger, 'find' | 'adopt'>
  readonly magicHour: Pick<MagicHour, 'getImageDetails'>
  readonly lookUpJob: Pick<LookUpJob, 'ifDue'>
  readonly recoverJob: RecoverJob
  readonly schedule: Schedule
  readonly clock: Pick<Clock, 'now'>
}

/** A job, null when it is unknown or not the caller's, or why it could not be read. */
export type ReadResult = Job | null | Error

/** Reads several of a caller's jobs: one answer an id, in the order asked. */
export type ReadJobs = (caller: Caller, ids: readonly string[]) => Promise<ReadResult[]>

/**
 * Makes the reader of jobs. They come from the ledger, which the look-ups and events keep up to date; only one that is due by
 * now is looked up on the spot, and so the reader of a job that nobody follows is served too.
 */
export const createReadJobs = (dependencies: ReadJobsDependencies): ReadJobs => {
  const { ledger, lookUpJob } = dependencies

  const readOne = async (caller: Caller, id: string, known: Job | undefined): Promise<Job | null> => {
    const problem = projectIdProblem(id)
    if (problem !== null) throw new InvalidArgument('id', problem)
    if (known === undefined) return ownsAccount(caller) ? adoptJob(dependencies, caller, id) : null
    return lookUpJob.ifDue(known, caller.apiKey).catch((error: unknown) => {
      // A finished job is a full answer, whatever Magic Hour's state at the moment; of another one the caller wants news.
      if (isSettled(known)) return known
      throw error
    })
  }

  return async (caller, ids) => {
    // Of an id that is none, no database is asked: it may hold what a database cannot.
    const possible = ids.filter((id) => projectIdProblem(id) === null)
    const known = new Map((await ledger.find(caller.tenant, possible)).map((job) => [job.id, job]))
    return Promise.all(ids.map((id) => readOne(caller, id, known.get(id)).catch(asError)))
  }
}

/**
 * Takes over a job that the ledger does not know, made by an earlier run or without us. Only for callers who own the account:
 * Magic Hour answers for every project of it, whoever made it and with whichever tool.
 */
const adoptJob = async (
  { magicHour, ledger, recoverJob, schedule, clock }: ReadJobsDependencies,
  caller: Caller,
  id: string,
): Promise<Job | null> => {
  const state = await magicHour.getImageDetails(caller.apiKey, id)
  if (state === null || state.type !== backgroundRemover) return null
  // By its token alone: whoever names a project of their own account like somebody's lost job must not become that job.
  const recovered = tokenIn(state.name) === null ? null : await recoverJob(state)
  if (recovered?.tenant === caller.tenant && recovered.id === id) return recovered
  const now = new Date(clock.now())
  const blank: Job = {
    id,
    tenant: caller.tenant,
    account: caller.account,
    revision: 0,
    name: null,
    creditsCharged: 0,
    frameCost: null,
    imageCount: null,
    createdAt: state.createdAt ?? now,
    lookedUpAt: now,
    deleted: false,
    status: 'DRAFT',
    finishedAt: null,
  }
  const job = { ...applyUpstreamState(blank, state, now), revision: 0 }
  return ledger.adopt(job, schedule.dueAt(job, { isWatched: false }))
}
