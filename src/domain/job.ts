/** The published price of one image, for news that do not say what was charged (docs: image-background-remover). */
export const creditsAnImage = 5

/** Every status a job can have, in the order it moves through them; the last three are final. */
export type JobStatus = 'DRAFT' | 'QUEUED' | 'RENDERING' | 'COMPLETE' | 'ERROR' | 'CANCELED'

/** A signed link to a rendered image. It is a secret: sealed as soon as it is read, and opened only to be handed out. */
export interface Download {
  /** The URL, encrypted with the account's API key: `<name of the key>.<cipher text>`, see `LinkSeal`. */
  readonly sealedUrl: string
  readonly expiresAt: Date
}

/** Why Magic Hour could not render an image, in its own words. The codes are an open list. */
export interface JobFailure {
  readonly code: string
  readonly message: string
}

interface JobFacts {
  /** Magic Hour's image project id. */
  readonly id: string
  readonly tenant: string
  /** Which Magic Hour account paid: see `Caller`. */
  readonly account: string
  /** Grows by one with each stored change; a change is stored only on top of the revision it was made from. */
  readonly revision: number
  readonly name: string | null
  readonly creditsCharged: number
  readonly frameCost: number | null
  readonly imageCount: number | null
  /** When it was made, by our clock; by Magic Hour's where somebody else made it. It never changes: lists are ordered by it. */
  readonly createdAt: Date
  /** When Magic Hour last told of it, asked or not; null: not since it was made. */
  readonly lookedUpAt: Date | null
  readonly deleted: boolean
}

/** How far a job is, with what is known only there. */
export type JobProgress =
  | { readonly status: 'DRAFT' | 'QUEUED' | 'RENDERING'; readonly finishedAt: null }
  | { readonly status: 'COMPLETE'; readonly finishedAt: Date; readonly downloads: readonly Download[] }
  | { readonly status: 'ERROR'; readonly finishedAt: Date; readonly failure: JobFailure }
  | { readonly status: 'CANCELED'; readonly finishedAt: Date }

/** One image whose background is being removed, or was. */
export type Job = JobFacts & JobProgress

/** Whether a status is an end: no later answer changes it. */
export const isFinal = (status: JobStatus): boolean => rankOf(status) === finalRank

/** Whether credits that were charged for a failed job may still come back (docs: image-background-remover). */
export const isRefundOpen = (job: Job): boolean => job.status === 'ERROR' && !job.deleted && job.creditsCharged > 0

/** Whether nothing more will happen to a job: it is final, or its image is gone. */
export const isSettled = (job: Job): boolean => job.deleted || isFinal(job.status)

/** How far a status is on the way from made (0) to final (3). The final ones share a rank: none replaces another. */
export const rankOf = (status: JobStatus): number => ranks[status]

const finalRank = 3
const ranks: Record<JobStatus, number> = {
  DRAFT: 0,
  QUEUED: 1,
  RENDERING: 2,
  COMPLETE: finalRank,
  ERROR: finalRank,
  CANCELED: finalRank,
}

/** The links to the rendered images; null unless the job is complete and not deleted. */
export const downloadsOf = (job: Job): readonly Download[] | null =>
  job.status === 'COMPLETE' && !job.deleted ? job.downloads : null

/** Why the job failed; null unless it did. */
export const failureOf = (job: Job): JobFailure | null => (job.status === 'ERROR' ? job.failure : null)
