import { type Download, type Job, type JobProgress, isFinal, rankOf } from './job.ts'
import type { UpstreamState } from './ports.ts'

/**
 * The one rule by which a job changes, whoever brings the news: webhook, poll or read.
 *
 * The status only moves forward; the first final one stays. A stale answer changes nothing. A job that was deleted stays
 * deleted.
 *
 * @param state what Magic Hour says
 * @param now   becomes `finishedAt` when the job turns final: Magic Hour does not say when it finished
 * @returns the changed job with the next revision, or the same object when nothing changed
 */
export const applyUpstreamState = (job: Job, state: UpstreamState, now: Date): Job => {
  if (isStale(job, state)) return job
  const progress = nextProgress(job, state, now)
  const next: Job = {
    ...factsOf(job),
    ...progress,
    name: state.name ?? job.name,
    creditsCharged: nextCredits(job, state),
    frameCost: state.frameCost ?? job.frameCost,
    imageCount: state.imageCount ?? job.imageCount,
    createdAt: job.createdAt,
    lookedUpAt: job.lookedUpAt,
    deleted: job.deleted || state.deleted,
  }
  return isSame(job, next) ? job : { ...next, lookedUpAt: now, revision: job.revision + 1 }
}

/** The job as it is once its image is deleted; the same object when it was already. */
export const markDeleted = (job: Job): Job =>
  job.deleted ? job : { ...job, deleted: true, revision: job.revision + 1 }

const factsOf = ({ id, tenant, account, revision }: Job) => ({ id, tenant, account, revision })

const isStale = (job: Job, state: UpstreamState): boolean => {
  if (state.status === null) return !state.deleted
  if (isFinal(job.status) && isFinal(state.status)) return job.status !== state.status
  return rankOf(state.status) < rankOf(job.status) && !state.deleted
}

const nextProgress = (job: Job, state: UpstreamState, now: Date): JobProgress => {
  const status = state.status !== null && rankOf(state.status) > rankOf(job.status) ? state.status : job.status
  const finishedAt = job.finishedAt ?? now
  switch (status) {
    case 'COMPLETE':
      return { status, finishedAt, downloads: fresherDownloads(job, state.downloads) }
    case 'ERROR':
      return { status, finishedAt, failure: state.failure ?? knownFailure(job) }
    case 'CANCELED':
      return { status, finishedAt }
    case 'DRAFT':
    case 'QUEUED':
    case 'RENDERING':
      return { status, finishedAt: null }
    default:
      return status satisfies never
  }
}

/**
 * Answers can overtake each other: the links that live longer are the newer ones. Events may leave the links out. Links under a
 * key that is used no more are of no use, however long they live.
 */
const fresherDownloads = (job: Job, said: readonly Download[]): readonly Download[] => {
  const known = job.status === 'COMPLETE' ? job.downloads : []
  const isFresher = firstExpiry(said) >= firstExpiry(known) || keyOf(said) !== keyOf(known)
  return said.length > 0 && isFresher ? said : known
}

/** Which key the links are sealed with, by its name. */
const keyOf = (downloads: readonly Download[]): string | undefined => downloads[0]?.sealedUrl.split('.', 1)[0]

const firstExpiry = (downloads: readonly Download[]): number =>
  downloads.length === 0 ? 0 : Math.min(...downloads.map(({ expiresAt }) => expiresAt.getTime()))

const knownFailure = (job: Job) =>
  job.status === 'ERROR'
    ? job.failure
    : { code: 'unknown_error', message: 'Magic Hour did not say why the image could not be rendered.' }

/** A failed job is refunded once and never charged again, so a higher number is the older one. */
const nextCredits = (job: Job, state: UpstreamState): number => {
  const said = state.creditsCharged ?? job.creditsCharged
  return job.status === 'ERROR' ? Math.min(said, job.creditsCharged) : said
}

/** Whether two jobs, or parts of them, hold the same; the order of their fields does not matter. */
export const isSame = (a: object, b: object): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (fields: object) => Object.entries(fields).toSorted(([a], [b]) => a.localeCompare(b))
