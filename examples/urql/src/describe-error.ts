import { CombinedError } from 'urql'
import { UploadRefused } from './use-upload'

/** What to tell a person, and whether asking the same again makes sense. */
export interface Problem {
  readonly text: string
  readonly canTryAgain: boolean
}

/** Goes by `extensions.code`, which is permanent, and not by the message. docs/errors.md says what to do for each code. */
export const describeError = (error: unknown): Problem => {
  if (error instanceof UploadRefused) return { text: error.message, canTryAgain: false }
  const first = error instanceof CombinedError ? error.graphQLErrors[0] : undefined
  // No answer at all: under the same idempotency key it is safe to ask again.
  if (first === undefined) return { text: 'The connection broke.', canTryAgain: true }
  const { code, retryable, retryAfterSeconds, submissionName } = first.extensions
  switch (code) {
    case 'INSUFFICIENT_CREDITS':
      return { text: 'No credits are left. Nothing was charged.', canTryAgain: true }
    case 'RATE_LIMITED':
      return { text: `Too many requests. Wait ${Number(retryAfterSeconds ?? 10)} seconds.`, canTryAgain: true }
    case 'SUBMISSION_UNKNOWN':
      // The same key is never sent to Magic Hour again by itself. Asked later, it may have found its job.
      return {
        text: `Nobody knows yet whether this was paid. Ask again later, or look for «${String(submissionName)}».`,
        canTryAgain: true,
      }
    default:
      return { text: first.message, canTryAgain: retryable === true }
  }
}
