import { DomainError, type DomainErrorCode } from './errors.ts'

/** Whether a failed request cost credits. */
export type Charged = 'NO' | 'YES' | 'UNKNOWN'

/** What an error code means for the one who reads it. */
export interface ErrorEntry {
  /** For people; an error may bring a more exact one. */
  readonly message: string
  /** Whether the same request can succeed later without a change. */
  readonly retryable: boolean
  readonly charged: Charged
}

/** The errors of the domain. A missing code does not compile. */
export const domainErrorCatalogue: Readonly<Record<DomainErrorCode, ErrorEntry>> = {
  BAD_USER_INPUT: { message: 'An argument is wrong.', retryable: false, charged: 'NO' },
  UNAUTHENTICATED: {
    message: 'Say who you are: send the header «Authorization: Bearer <key>».',
    retryable: false,
    charged: 'NO',
  },
  FORBIDDEN: { message: 'Magic Hour does not allow this with this API key.', retryable: false, charged: 'NO' },
  INSUFFICIENT_CREDITS: {
    message: 'The account has too few credits left. Buy credits at Magic Hour, then ask again.',
    retryable: false,
    charged: 'NO',
  },
  PLAN_UPGRADE_REQUIRED: {
    message: 'The plan of the account does not include this. Upgrade it at Magic Hour, then ask again.',
    retryable: false,
    charged: 'NO',
  },
  NOT_FOUND: { message: 'There is no such job.', retryable: false, charged: 'NO' },
  UNPROCESSABLE: { message: 'Magic Hour refused the request.', retryable: false, charged: 'NO' },
  RATE_LIMITED: { message: 'Too many requests. Ask again later.', retryable: true, charged: 'NO' },
  UPSTREAM_UNAVAILABLE: {
    message: 'Magic Hour cannot be reached or does not answer properly. This request charged nothing; ask again later.',
    retryable: true,
    charged: 'NO',
  },
  SUBMISSION_UNKNOWN: {
    message:
      'It cannot be known whether Magic Hour made (and charged) this job, and it is not sent again by itself. Ask again under the same idempotency key in a moment, if you gave one, or look for it in the account and settle it with resolveSubmission or abandonSubmission.',
    retryable: false,
    charged: 'UNKNOWN',
  },
  SUBMISSION_NOT_UNKNOWN: {
    message: 'The outcome of this submission is not unknown: ask for its job under the same idempotency key.',
    retryable: false,
    charged: 'NO',
  },
  IDEMPOTENCY_CONFLICT: {
    message: 'This idempotency key was used with other arguments. Use a new key for a new job.',
    retryable: false,
    charged: 'NO',
  },
  JOB_NOT_FINISHED: {
    message: 'The job is not finished, and deleting is no cancel. Wait until it is final.',
    retryable: true,
    charged: 'NO',
  },
  JOB_NOT_RECORDED: {
    message: 'A job was made and paid, but could not be recorded. Keep its id.',
    retryable: false,
    charged: 'YES',
  },
  LEDGER_UNAVAILABLE: {
    message: 'This server cannot reach its database, and has sent nothing. Ask again later.',
    retryable: true,
    charged: 'NO',
  },
  SHUTTING_DOWN: { message: 'The server is shutting down. Ask again.', retryable: true, charged: 'NO' },
  UPLOAD_LINK_INVALID: {
    message:
      'This upload link does not work: it has expired, was changed, or belongs to another key. Ask createUploads for a new one.',
    retryable: false,
    charged: 'NO',
  },
  FILE_FORMAT_MISMATCH: {
    message: 'The content of this file is not what its extension says.',
    retryable: false,
    charged: 'NO',
  },
  FILE_SIZE_MISMATCH: {
    message: 'This file does not have the size that createUploads was told.',
    retryable: false,
    charged: 'NO',
  },
}

/** Whether a failed create surely made no job. An error that nobody foresaw proves nothing. */
export const isSurelyUncharged = (error: unknown): boolean =>
  error instanceof DomainError && domainErrorCatalogue[error.code].charged === 'NO'
