import type { Account } from './account.ts'
import type { Download, Job, JobFailure, JobStatus } from './job.ts'
import type { Secret } from './secret.ts'
import type { Submission, SubmissionOutcome } from './submission.ts'
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
  readonly name: string | null
}

/** What Magic Hour says when it has made (and charged) a job. */
export interface CreatedImage {
  readonly id: string
  readonly creditsCharged: number
  readonly frameCost: number | null
}

/** What Magic Hour says about a job, from whichever side it came. null: it did not say. */
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

/** Where jobs and the intents to make them are kept. A method that resolves has made its change durable. */
export interface JobLedger {
  /**
   * Records an intent before anything is sent. When the tenant's idempotency key is taken, nothing changes and the
   * submission that has it is returned.
   */
  begin(intent: Submission): Promise<Submission>
  /** Records how a submission ended; with a job, the job too, in one step. A job that is there already stays as it is. */
  settle(submissionId: string, outcome: SubmissionOutcome, job?: Job): Promise<void>
  /** Forgets a submission that surely made no job, and so frees its key. */
  discard(submissionId: string): Promise<void>
  /** The tenant's jobs among these ids, in no order. */
  find(tenant: string, ids: readonly string[]): Promise<Job[]>
  /** Records a job that was made elsewhere; one that is there already stays as it is. Returns what is there. */
  adopt(job: Job): Promise<Job>
  /** Stores a changed job if the stored one still has the revision before `job.revision`. false: somebody was faster. */
  update(job: Job): Promise<boolean>
}

/** Waits for jobs, with one poller a job however many wait. */
export interface JobFollower {
  /**
   * Resolves with the job as soon as it is settled, else with its last known state when the time is over, the signal aborts
   * or the program stops.
   */
  follow(job: Job, options: FollowOptions): Promise<Job>
}

/** Who waits for a job, and how long. */
export interface FollowOptions {
  readonly apiKey: Secret
  readonly waitMs: number
  readonly signal?: AbortSignal
}
