/** The permanent codes of the errors this layer raises. The schema's `ErrorCode` lists these and GraphQL's own. */
export type DomainErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'INSUFFICIENT_CREDITS'
  | 'PLAN_UPGRADE_REQUIRED'
  | 'NOT_FOUND'
  | 'UNPROCESSABLE'
  | 'RATE_LIMITED'
  | 'UPSTREAM_UNAVAILABLE'
  | 'SUBMISSION_UNKNOWN'
  | 'SUBMISSION_NOT_UNKNOWN'
  | 'IDEMPOTENCY_CONFLICT'
  | 'JOB_NOT_FINISHED'
  | 'JOB_NOT_RECORDED'
  | 'LEDGER_UNAVAILABLE'
  | 'SHUTTING_DOWN'
  | 'UPLOAD_LINK_INVALID'
  | 'FILE_FORMAT_MISMATCH'
  | 'FILE_SIZE_MISMATCH'

/** What Magic Hour answered, for a person to read: its HTTP status, code and message, where there were any. */
export interface UpstreamFault {
  readonly status: number | null
  readonly code: string | null
  readonly message: string | null
}

/** What may accompany an error. */
export interface DomainErrorDetails {
  readonly cause?: unknown
  readonly upstream?: UpstreamFault
  /** Whole seconds until another attempt makes sense. */
  readonly retryAfterSeconds?: number
}

/**
 * An error with a permanent code. What it means for the caller (words, whether to try again, whether it cost credits) stands
 * in the error catalogue, once for all transports.
 */
export abstract class DomainError extends Error {
  abstract readonly code: DomainErrorCode
  readonly upstream: UpstreamFault | null
  readonly retryAfterSeconds: number | null

  constructor(message = '', details: DomainErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.upstream = details.upstream ?? null
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
  }
}

/** An argument is wrong. Nothing was sent. */
export class InvalidArgument extends DomainError {
  readonly code = 'BAD_USER_INPUT'
  /** The argument's path, for example `assets.imageFilePath`. */
  readonly argument: string

  constructor(argument: string, problem: string) {
    super(`${argument}: ${problem}`)
    this.argument = argument
  }
}

/** The caller did not say who they are, or the key is not accepted (HTTP 401 upstream). */
export class Unauthenticated extends DomainError {
  readonly code = 'UNAUTHENTICATED'
}

/** The key is accepted, but not allowed to do this (HTTP 403 upstream). */
export class Forbidden extends DomainError {
  readonly code = 'FORBIDDEN'
}

/** The account has too few credits left (HTTP 402 upstream). Never sent again. */
export class InsufficientCredits extends DomainError {
  readonly code = 'INSUFFICIENT_CREDITS'
}

/** The account's plan does not include this (HTTP 402 upstream, with a code that says so). */
export class PlanUpgradeRequired extends DomainError {
  readonly code = 'PLAN_UPGRADE_REQUIRED'
}

/** The image of this result is not there any more. */
export class ResultGone extends DomainError {
  readonly code = 'NOT_FOUND'
}

/** There is no such job, or it is not the caller's: the two cannot be told apart from outside. */
export class JobNotFound extends DomainError {
  readonly code = 'NOT_FOUND'
}

/** Magic Hour understood the request and refused it (HTTP 400, 404 on a create, 422). */
export class Unprocessable extends DomainError {
  readonly code = 'UNPROCESSABLE'
}

/** Too many requests (HTTP 429 upstream), after all attempts that the deadline allows. */
export class RateLimited extends DomainError {
  readonly code = 'RATE_LIMITED'
}

/** Magic Hour cannot be reached or does not answer properly, and surely nothing was charged. */
export class UpstreamUnavailable extends DomainError {
  readonly code = 'UPSTREAM_UNAVAILABLE'
}

/** Whether a job was made and charged cannot be known. Never sent again by itself. */
export class SubmissionUnknown extends DomainError {
  readonly code = 'SUBMISSION_UNKNOWN'
  /** The name that was sent: what to look for in the account; null where the one who raises it does not know it. */
  readonly submissionName: string | null

  constructor(message = '', { submissionName, ...details }: SubmissionUnknownDetails = {}) {
    super(message, details)
    this.submissionName = submissionName ?? null
  }
}

interface SubmissionUnknownDetails extends DomainErrorDetails {
  readonly submissionName?: string
}

/** The outcome of a submission is not unknown, so there is nothing for a person to settle. */
export class SubmissionNotUnknown extends DomainError {
  readonly code = 'SUBMISSION_NOT_UNKNOWN'
}

/** The idempotency key was used before, with other arguments. */
export class IdempotencyConflict extends DomainError {
  readonly code = 'IDEMPOTENCY_CONFLICT'
  /** The job that the key stands for; null: none is known yet. */
  readonly jobId: string | null

  constructor(jobId: string | null = null) {
    super()
    this.jobId = jobId
  }
}

/** The job is not finished, so there is no image to delete. */
export class JobNotFinished extends DomainError {
  readonly code = 'JOB_NOT_FINISHED'
}

/** A job was made and paid, but the ledger could not take it. The id travels with the error, so that it is not lost. */
export class JobNotRecorded extends DomainError {
  readonly code = 'JOB_NOT_RECORDED'
  readonly jobId: string
  /** The name that was sent, by which `resolveSubmission` finds the submission; null where it is not known. */
  readonly submissionName: string | null

  constructor(jobId: string, cause: unknown, submissionName: string | null = null) {
    super(`The job ${jobId} was made and paid, but could not be recorded. Keep this id.`, { cause })
    this.jobId = jobId
    this.submissionName = submissionName
  }
}

/** The ledger cannot be read or written, and nothing was sent. */
export class LedgerUnavailable extends DomainError {
  readonly code = 'LEDGER_UNAVAILABLE'
}

/** The server is shutting down; nothing was sent. */
export class ShuttingDown extends DomainError {
  readonly code = 'SHUTTING_DOWN'
}

/** A link for a relayed upload is not one, is no longer, or is somebody else's. Only a new one helps. */
export class UploadLinkInvalid extends DomainError {
  readonly code = 'UPLOAD_LINK_INVALID'
}

/** A file's content is not what its extension says. The message says what it is. Nothing of it was passed on. */
export class FileFormatMismatch extends DomainError {
  readonly code = 'FILE_FORMAT_MISMATCH'
}

/** A file does not have the size that was said when its upload was asked for. Nothing of it was passed on. */
export class FileSizeMismatch extends DomainError {
  readonly code = 'FILE_SIZE_MISMATCH'
}
