import type { Failure } from '../wire/failure.ts'
import type { Job } from '../wire/operations.ts'

/** A failure in words: what happened, what it cost, what to do. */
export interface Words {
  readonly what: string
  readonly charged: string
  readonly advice: string
}

const advices: Readonly<Record<string, string>> = {
  BAD_USER_INPUT: 'Correct it, then try again.',
  UNAUTHENTICATED: 'Give a key at the top of the page.',
  FORBIDDEN: 'Use another key, or ask Magic Hour what this one may do.',
  INSUFFICIENT_CREDITS: 'Buy credits at Magic Hour, then try again.',
  PLAN_UPGRADE_REQUIRED: 'Upgrade the plan at Magic Hour, then try again.',
  NOT_FOUND: 'It may have been deleted, or it belongs to another key.',
  UNPROCESSABLE: 'Change the request as the message says, then try again.',
  RATE_LIMITED: 'Wait a little, then try again.',
  UPSTREAM_UNAVAILABLE: 'Magic Hour is away for the moment. Try again in a little while.',
  IDEMPOTENCY_CONFLICT:
    'Look at the list of jobs first: an earlier request may have made it. If it is not there, choose the photo again.',
  JOB_UNREADABLE: '«Look again» only looks, and pays nothing. It takes the key that the job was made with.',
  DELETE_UNANSWERED: 'Once the server is back, the list shows whether the image is still there.',
  JOB_NOT_FINISHED: 'Wait until it is final. Deleting is no cancel.',
  LEDGER_UNAVAILABLE: 'Try again in a little while. Whoever runs the server finds the reason in its log.',
  SHUTTING_DOWN: 'Try again: another server will answer.',
  KEY_CHANGED: 'With the first key, look at the list of jobs before you send the photo again.',
  FILE_FORMAT_MISMATCH: 'Save the picture in the format that its name says, or give the file its right extension.',
  FILE_SIZE_MISMATCH: 'The file has changed since it was chosen. Choose it again.',
  UPLOAD_LINK_INVALID: 'Try again: the file then gets a new link.',
  UPLOAD_CUT_OFF: 'Check the connection, and that the file can still be read. Then try again.',
  INTERNAL_SERVER_ERROR:
    'It is a fault of the server. «Try again» asks under the same idempotency key, so that nothing is paid twice.',
}

/** A failed request in words. */
export const wordsFor = (failure: Failure): Words => ({
  what: failure.message,
  charged: chargedWords(failure),
  advice: adviceFor(failure),
})

const chargedWords = ({ charged }: Failure): string => {
  switch (charged) {
    case 'NO':
      return 'Nothing was charged.'
    case 'YES':
      return 'It was charged.'
    case 'UNKNOWN':
      return 'Whether it was charged cannot be known.'
    default:
      return charged satisfies never
  }
}

const adviceFor = ({ code, retryAfterSeconds, submissionName, jobId }: Failure): string => {
  if (code === 'SUBMISSION_UNKNOWN')
    return `The request reached Magic Hour, and no answer came back. It is not sent again by itself. Look for ${
      submissionName === null ? 'it' : `«${submissionName}»`
    } in Magic Hour's web app: if it is there, it was charged, and \`resolveSubmission\` adds it to your jobs; if not, \`abandonSubmission\` frees its key. «Look again» asks under the same key and pays nothing.`
  if (code === 'JOB_NOT_RECORDED')
    return `The job was made, but could not be recorded here. Keep its id: ${jobId ?? 'see the server’s log'}. \`resolveSubmission\` adds it to your jobs once the server's database is back.`
  if (code === 'RATE_LIMITED' && retryAfterSeconds !== null)
    return `Try again in ${retryAfterSeconds} second${retryAfterSeconds === 1 ? '' : 's'}.`
  return advices[code] ?? 'Try again later.'
}

const jobAdvices: Readonly<Record<string, string>> = {
  invalid_file_format: 'Check that the file is what its extension says, or save it as PNG or JPEG.',
  file_too_large: 'Use a smaller picture.',
  insufficient_credits: 'Buy credits at Magic Hour, then try again.',
  content_policy_violation: 'Use another picture.',
  processing_timeout: 'Try again, perhaps with a smaller picture.',
}

/** Why a job failed, in words, with its refund. */
export const wordsForJob = ({ error, creditsCharged }: Job): Words => ({
  what: error?.message ?? 'Magic Hour could not render the picture.',
  charged: refundWords(creditsCharged),
  advice: jobAdvices[error?.code ?? ''] ?? 'Try again, or use another picture.',
})

const refundWords = (creditsCharged: number): string =>
  creditsCharged === 0
    ? 'The credits were given back: nothing was charged.'
    : `${creditsCharged} credits were charged. Magic Hour gives them back when a render fails; it has not said so yet.`
