import type { Account } from './account.ts'
import type { Download, Job, JobFailure, JobStatus } from './job.ts'
import type { Secret } from './secret.ts'
import type { UploadTicket } from './upload.ts'

/** Time as the program sees it, so that tests can set it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after so many milliseconds; resolves early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** What Magic Hour is asked to make. */
export interface ImageRequest {
  readonly imageFilePath: string
  readonly backgroundImageFilePath: string | null
  readonly name: string
}

/** What Magic Hour says when it has made (and charged) a job. */
export interface CreatedImage {
  readonly id: string
  readonly creditsCharged: number
  readonly frameCost: number | null
}

/** What Magic Hour says about a job, from whichever side it came. null: it did not say. Links are sealed already. */
export interface UpstreamState {
  readonly id: string
  /** null also for a status that this program does not know: no news. */
  readonly status: JobStatus | null
  /** The kind of project, `BACKGROUND_REMOVER` for ours; an open list. */
  readonly type: string | null
  readonly name: string | null
  readonly imageCount: number | null
  readonly createdAt: Date | null
  readonly deleted: boolean
  readonly creditsCharged: number | null
  readonly frameCost: number | null
  readonly downloads: readonly Download[]
  readonly failure: JobFailure | null
}

/** Magic Hour's REST API: one method an endpoint, under the vendor's names. Every method fails with a DomainError. */
export interface MagicHour {
  /**
   * `POST /v1/image-background-remover`. Charges. Sent again only where no job can have been made.
   *
   * @param signal stops it before it is sent or between two attempts; a request that has left is always followed to its end
   * @throws SubmissionUnknown when it cannot be known whether a job was made
   */
  createImage(apiKey: Secret, request: ImageRequest, signal?: AbortSignal): Promise<CreatedImage>
  /** `GET /v1/image-projects/{id}`. null: there is no such project (any more). */
  getImageDetails(apiKey: Secret, id: string, signal?: AbortSignal): Promise<UpstreamState | null>
  /** `DELETE /v1/image-projects/{id}`. A project that is gone already counts as deleted. */
  deleteImage(apiKey: Secret, id: string, signal?: AbortSignal): Promise<void>
  /** `POST /v1/files/upload-urls`, for images. In the order asked. */
  generateUploadUrls(apiKey: Secret, extensions: readonly string[], signal?: AbortSignal): Promise<UploadTicket[]>
  /** `GET /v1/account`. null: this server does not offer the call. */
  getAccount(apiKey: Secret, signal?: AbortSignal): Promise<Account | null>
}

/**
 * Seals signed links, so that neither the ledger nor a notice holds one in the clear. The key is made from the account's API
 * key: whoever may ask Magic Hour about the job can open its links, and nobody else.
 */
export interface LinkSeal {
  seal(apiKey: Secret, url: string): string
  /** null: sealed with another key, for example before the account's key was replaced. */
  open(apiKey: Secret, sealedUrl: string): string | null
}

/** Tells who waits what has changed, on whichever replica. */
export interface Changes {
  /** Calls back with each later state of a job. Returns what ends it. */
  onJob(job: Pick<Job, 'tenant' | 'id'>, listener: (job: Job) => void): () => void
  /** Calls back when a submission has been answered, doubted or discarded. Returns what ends it. */
  onSubmission(id: string, listener: () => void): () => void
}

/** When to look jobs up. */
export interface Schedule {
  /** When a job is to be looked up next; null: it need not be. */
  dueAt(job: Job, attention: { readonly isWatched: boolean }): Date | null
}

/** Keeps jobs looked up while somebody is interested. */
export interface Attention {
  /** Has a job looked up sooner, with this key, until the returned function is called. */
  watch(job: Job, apiKey: Secret): () => void
}

/**
 * The API keys that this process may ask Magic Hour with: the server's own, and those of callers as long as one of theirs
 * waits. They are in memory only.
 */
export interface Keyring {
  /** null: nobody here has a key of this account. */
  keyOf(account: string): Secret | null
  accounts(): string[]
  /** Keeps a key until the returned function is called. */
  hold(account: string, key: Secret): () => void
}
