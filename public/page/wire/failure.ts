import { fieldOf, isOneOf, isText } from './guards.ts'

/** Whether a request that failed cost credits. */
export type Charged = 'NO' | 'YES' | 'UNKNOWN'

/** What the server says of a request that failed: an entry of `errors`, as docs/errors.md describes it. */
export interface Failure {
  /** A permanent code. */
  readonly code: string
  /** Words for people. */
  readonly message: string
  /** Whether the same request can succeed later without a change. */
  readonly isRetryable: boolean
  readonly charged: Charged
  readonly retryAfterSeconds: number | null
  /** With SUBMISSION_UNKNOWN and JOB_NOT_RECORDED: the name to look for in Magic Hour's web app. */
  readonly submissionName: string | null
  /** With JOB_NOT_RECORDED: the paid job's id. With IDEMPOTENCY_CONFLICT: the job that the key stands for. */
  readonly jobId: string | null
}

/** What was asked for under one key has no answer under another. */
export const keyChanged: Failure = {
  code: 'KEY_CHANGED',
  message: 'The key was changed before an answer came. It is not sent again under another key.',
  isRetryable: false,
  charged: 'UNKNOWN',
  retryAfterSeconds: null,
  submissionName: null,
  jobId: null,
}

/** The server answered, and refused. */
export class RequestRefused extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.name = 'RequestRefused'
    this.failure = failure
  }
}

/** No answer that can be read came: the network, a proxy or the server is away. */
export class ConnectionLost extends Error {
  constructor(cause?: unknown) {
    super('The connection to the server is lost.', { cause })
    this.name = 'ConnectionLost'
  }
}

/** What a refusal is thrown as: a server that shuts down is away in a moment, and has done nothing with what it was asked. */
export const refusalOf = (failure: Failure): RequestRefused | ConnectionLost =>
  failure.code === 'SHUTTING_DOWN' ? new ConnectionLost(failure) : new RequestRefused(failure)

/** What a failed answer says; null: it is none in the server's form, so something between here and the server gave it. */
export const readFailure = (errors: unknown): Failure | null => {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  const message = fieldOf(first, 'message')
  if (!isText(message)) return null
  const extensions = fieldOf(first, 'extensions')
  const charged = fieldOf(extensions, 'charged')
  const seconds = fieldOf(extensions, 'retryAfterSeconds')
  return {
    code: textOr(fieldOf(extensions, 'code'), 'INTERNAL_SERVER_ERROR'),
    message,
    isRetryable: fieldOf(extensions, 'retryable') === true,
    charged: isCharged(charged) ? charged : 'UNKNOWN',
    retryAfterSeconds: typeof seconds === 'number' ? seconds : null,
    submissionName: textOr(fieldOf(extensions, 'submissionName'), null),
    jobId: textOr(fieldOf(extensions, 'jobId'), null),
  }
}

const isCharged = isOneOf(['NO', 'YES', 'UNKNOWN'])

const textOr = <T>(value: unknown, otherwise: T): string | T => (isText(value) ? value : otherwise)
