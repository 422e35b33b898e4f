import { NotSent, ServerUnreachable, UnreadableAnswer } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'
import { RemovalFailed } from './removal-failed.ts'
import { printable } from './text.ts'

/** Whether a failed request may have been acted on without our hearing of it. */
export const isLost = (error: unknown): boolean =>
  error instanceof ServerUnreachable ? error.mayHaveArrived : error instanceof UnreadableAnswer

/** What is known of a submission that failed. */
interface Circumstances {
  /** Whether an attempt before may have made the job. */
  readonly mayBeMade: boolean
  /** Whether the next run's same request resolves to the same job. */
  readonly isRepeatable: boolean
}

/** Says with the failure of a submission what it cost, as far as that can be known. */
export const chargeKnown = (error: unknown, { mayBeMade, isRepeatable }: Circumstances): RemovalFailed => {
  if (error instanceof RequestRefused && error.jobId !== null) {
    return new RemovalFailed(error, {
      lines: [`job: ${printable(error.jobId)}`, 'It is paid. Keep the id: it is the way back to the picture.'],
      charged: 'YES',
      job: { id: error.jobId, creditsCharged: null },
    })
  }
  const isUncharged = error instanceof RequestRefused ? error.charged === 'NO' : isBeforeSending(error)
  return isUncharged && !mayBeMade ? uncharged(error) : chargeUnknown(error, isRepeatable)
}

const isBeforeSending = (error: unknown): boolean =>
  error instanceof ServerUnreachable ? !error.mayHaveArrived : error instanceof NotSent

/** The failure of a request that surely cost nothing. */
export const uncharged = (error: unknown): RemovalFailed =>
  new RemovalFailed(error, { lines: ['Nothing was charged.'], charged: 'NO' })

const chargeUnknown = (error: unknown, isRepeatable: boolean): RemovalFailed => {
  const name = error instanceof RequestRefused ? error.submissionName : null
  return new RemovalFailed(error, {
    lines: [
      'Whether credits were charged is not known. Look for the picture in your Magic Hour library before you try again.',
      ...(name === null ? [] : [`It was sent under the name «${printable(name, 255)}».`]),
      ...(isRepeatable ? ['Running this again does not pay twice; --again makes, and pays for, a new job.'] : []),
    ],
    charged: 'UNKNOWN',
  })
}
