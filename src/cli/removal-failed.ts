import { CommandFailure, NoPicture, ServerUnreachable, TransferFailed, exitCodeOf, wordsOf } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'
import type { RemovalJob } from './operations.ts'

/** Whether credits were spent. */
export type Charged = 'NO' | 'YES' | 'UNKNOWN'

/** A removal that ended without its picture, and what it means for the one who pays. */
export class RemovalFailed extends CommandFailure {
  readonly charged: Charged
  /** The id of the job, where there is one; it is the way back to what was paid. */
  readonly jobId: string | null
  /** null: not known, or there is no job. */
  readonly creditsCharged: number | null
  /** Whether the job is surely not of this run. */
  readonly isPaidBefore: boolean

  constructor(
    cause: unknown,
    {
      lines,
      charged,
      job = null,
      isPaidBefore = false,
    }: {
      readonly lines: readonly string[]
      readonly charged: Charged
      readonly job?: Pick<RemovalJob, 'id' | 'creditsCharged'> | null
      readonly isPaidBefore?: boolean
    },
  ) {
    super([wordsOf(cause), ...lines].join('\n'), {
      cause,
      code: cause instanceof CommandFailure ? cause.code : 'FAILED',
      exitCode: exitCodeOf(cause),
    })
    this.charged = charged
    this.jobId = job?.id ?? null
    this.creditsCharged = job?.creditsCharged ?? null
    this.isPaidBefore = isPaidBefore
  }
}

/** A failure as a program reads it. */
export interface Fault {
  readonly code: string
  /** For people, without the lines about the charge. */
  readonly message: string
  readonly charged: Charged
  /** Whether the same command may succeed later without a change. */
  readonly retryable: boolean
  /** The name that a job was sent under of which nothing more is known: what to look for at Magic Hour. */
  readonly submissionName: string | null
}

/** What to tell a program about a failure. One that is no RemovalFailed happened before anything was sent. */
export const faultOf = (error: unknown): Fault => {
  const cause = error instanceof RemovalFailed ? error.cause : error
  return {
    code: cause instanceof CommandFailure ? cause.code : 'FAILED',
    message: cause instanceof CommandFailure ? cause.message : wordsOf(cause).split('\n', 1).join(''),
    charged: error instanceof RemovalFailed ? error.charged : 'NO',
    retryable: isRetryable(cause),
    submissionName: cause instanceof RequestRefused ? cause.submissionName : null,
  }
}

const isRetryable = (error: unknown): boolean => {
  if (error instanceof RequestRefused) return error.retryable
  if (error instanceof TransferFailed) return error.isRetryable
  if (error instanceof NoPicture) return error.code === 'RENDER_FAILED'
  return (
    error instanceof ServerUnreachable ||
    (error instanceof CommandFailure && ['INTERRUPTED', 'JOB_UNFINISHED'].includes(error.code))
  )
}
