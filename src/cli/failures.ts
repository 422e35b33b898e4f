/** A command that ended without its result. The message is for the person who typed it, one or more lines. */
export class CommandFailure extends Error {
  /** For programs: permanent, like the codes of the API. */
  readonly code: string
  readonly exitCode: number

  constructor(message: string, { cause, code = 'FAILED', exitCode = 1 }: FailureDetails = {}) {
    super(message, { cause })
    this.name = new.target.name
    this.code = code
    this.exitCode = exitCode
  }
}

interface FailureDetails {
  readonly cause?: unknown
  readonly code?: string
  readonly exitCode?: number
}

/** The command line cannot be understood. Nothing was done. */
export class UsageError extends CommandFailure {
  constructor(message: string) {
    super(message, { code: 'USAGE', exitCode: 2 })
  }
}

/** The signals that ask a process to end; SIGPIPE stands for an output that nobody reads any more. */
export type StopSignal = keyof typeof stopCodes

/** 128 plus the signal's number, as shells have it. */
const stopCodes = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const

/** A request that did not leave, or was surely refused: it charged nothing. */
export class NotSent extends CommandFailure {}

/** The person or the system ended the command. */
export class Interrupted extends NotSent {
  constructor(signal: StopSignal) {
    super('Stopped before the picture was there.', { code: 'INTERRUPTED', exitCode: stopCodes[signal] })
  }
}

/** An app that cannot start, in its own words; null: something else. By its name, because the app takes its time to load. */
export const startFailureOf = (error: unknown): CommandFailure | null =>
  error instanceof Error && error.name === 'CannotStart' ? new CommandFailure(error.message, { cause: error }) : null

/** The exit code that an error stands for. */
export const exitCodeOf = (error: unknown): number => (error instanceof CommandFailure ? error.exitCode : 1)

/** What to say about an error. One that nobody foresaw brings its stack: it is what a bug report needs. */
export const wordsOf = (error: unknown): string => {
  if (error instanceof CommandFailure) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** The server cannot be talked to: no connection, or it broke. */
export class ServerUnreachable extends CommandFailure {
  /** Whether the request can have reached the server, so that it may have been acted on. */
  readonly mayHaveArrived: boolean

  constructor(origin: string, cause: unknown) {
    super(`The GraphQL server at ${origin} cannot be reached: ${reasonOf(cause)}.`, {
      cause,
      code: 'SERVER_UNREACHABLE',
    })
    this.mayHaveArrived = !neverConnected.has(codeOf(cause) ?? '')
  }
}

/** The server answered something that is no answer of this GraphQL API. */
export class UnreadableAnswer extends CommandFailure {
  readonly status: number

  constructor(origin: string, status: number, hint: string) {
    super(`${origin} did not answer as this GraphQL API does (HTTP ${status}). ${hint}`, { code: 'UNREADABLE_ANSWER' })
    this.status = status
  }
}

/** The storage did not take or give a file. */
export class TransferFailed extends CommandFailure {
  /** Whether the same request may succeed a moment later. */
  readonly isRetryable: boolean

  constructor(what: string, failure: { readonly isRetryable: boolean; readonly cause?: unknown }) {
    super(what, { cause: failure.cause, code: 'TRANSFER_FAILED' })
    this.isRetryable = failure.isRetryable
  }
}

/** A job that is over, but has no picture to give. */
export class NoPicture extends CommandFailure {
  constructor(message: string, code: 'RENDER_FAILED' | 'JOB_CANCELED' | 'JOB_DELETED') {
    super(message, { code })
  }
}

/** Why a connection failed, in a few words: never the URL, which may be a signed one. */
export const reasonOf = (error: unknown): string => {
  const code = codeOf(error)
  const words = code === null ? undefined : reasons[code]
  return words ?? code ?? (error instanceof Error ? error.message : String(error))
}

/** The system's or undici's code of an error, or of what caused it. */
export const codeOf = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}

/** Whether an error, or anything that caused it, has one of these codes. */
export const hasCode = (error: unknown, codes: ReadonlySet<string>): boolean =>
  error instanceof Error &&
  (('code' in error && typeof error.code === 'string' && codes.has(error.code)) || hasCode(error.cause, codes))

const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk can only be read',
  EACCES: 'that is not permitted',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name cannot be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped half way',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'the file changed while it was sent',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is not as long as announced',
}
