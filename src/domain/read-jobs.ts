import { applyUpstreamState } from './apply-upstream-state.ts'
import type { Caller } from './caller.ts'
import { InvalidArgument } from './errors.ts'
import { type Job, downloadsOf, isSettled } from './job.ts'
import type { Clock, JobLedger, MagicHour } from './ports.ts'
import { projectIdProblem } from './project-id.ts'
import type { RefreshJob } from './refresh-job.ts'

interface ReadJobsDependencies {
  readonly ledger: Pick<JobLedger, 'find' | 'adopt'>
  readonly magicHour: Pick<MagicHour, 'getImageDetails'>
  readonly refreshJob: RefreshJob
  readonly clock: Pick<Clock, 'now'>
}

/** A job, null when it is unknown or not the caller's, or why it could not be read. */
export type ReadResult = Job | null | Error

/** Reads several of a caller's jobs: one answer an id, in the order asked. */
export type ReadJobs = (caller: Caller, ids: readonly string[]) => Promise<ReadResult[]>

/** A link with less than this left is fetched anew before it is handed out. */
const freshLinkMs = 3_600_000

/** How long after a failure the refund may still come. */
const refundWindowMs = 86_400_000

/** Magic Hour's word for our kind of project. */
const backgroundRemover = 'BACKGROUND_REMOVER'

/** Makes the reader of jobs. Settled ones come from the ledger, unless their links are about to die or a refund is due. */
export const createReadJobs = (dependencies: ReadJobsDependencies): ReadJobs => {
  const { ledger, refreshJob, clock } = dependencies

  const readOne = async (caller: Caller, id: string, known: Job | undefined): Promise<Job | null> => {
    const problem = projectIdProblem(id)
    if (problem !== null) throw new InvalidArgument('id', problem)
    if (known === undefined) return caller.ownsAccount ? adoptJob(dependencies, caller, id) : null
    if (!needsRefresh(known, clock.now())) return known
    return refreshJob(known, caller.apiKey).catch((error: unknown) => {
      // A finished job whose links still work is a full answer, whatever Magic Hour's state at the moment.
      if (isUsable(known, clock.now())) return known
      throw error
    })
  }

  return async (caller, ids) => {
    const known = new Map((await ledger.find(caller.tenant, ids)).map((job) => [job.id, job]))
    return Promise.all(ids.map((id) => readOne(caller, id, known.get(id)).catch(asError)))
  }
}

/**
 * Takes over a job that the ledger does not know, made by an earlier run or without us. Only for callers who own the account:
 * Magic Hour answers for every project of it, whoever made it and with whichever tool.
 */
const adoptJob = async (
  { magicHour, ledger, clock }: ReadJobsDependencies,
  caller: Caller,
  id: string,
): Promise<Job | null> => {
  const state = await magicHour.getImageDetails(caller.apiKey, id)
  if (state === null || state.type !== backgroundRemover) return null
  const now = new Date(clock.now())
  const blank: Job = {
    id,
    tenant: caller.tenant,
    revision: 0,
    name: null,
    creditsCharged: 0,
    frameCost: null,
    imageCount: null,
    createdAt: now,
    deleted: false,
    status: 'DRAFT',
    finishedAt: null,
  }
  return ledger.adopt({ ...applyUpstreamState(blank, state, now), revision: 0 })
}

const isUsable = (job: Job, nowMs: number): boolean =>
  isSettled(job) && (downloadsOf(job) ?? []).every((link) => link.expiresAt.getTime() > nowMs)

const needsRefresh = (job: Job, nowMs: number): boolean => {
  if (!isSettled(job) || isRefundDue(job, nowMs)) return true
  const downloads = downloadsOf(job)
  return downloads !== null && (downloads.length === 0 || downloads.some((link) => isDying(link.expiresAt, nowMs)))
}

/** Magic Hour refunds a job that failed, and need not do so in the same moment (docs: image-background-remover). */
const isRefundDue = (job: Job, nowMs: number): boolean =>
  job.status === 'ERROR' && !job.deleted && job.creditsCharged > 0 && nowMs - job.finishedAt.getTime() < refundWindowMs

const isDying = (expiresAt: Date, nowMs: number): boolean => expiresAt.getTime() - nowMs < freshLinkMs

const asError = (error: unknown): Error => (error instanceof Error ? error : new TypeError(String(error)))
