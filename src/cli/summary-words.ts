import type { PhotoResult, Summary } from './report.ts'
import { formatCredits, printable } from './text.ts'

/** What to say of a photo as soon as it has come to an end; null: nothing, since the sum says it. */
export const resultWords = ({ status, photo, output, error }: PhotoResult): string | null => {
  switch (status) {
    case 'done':
      return `done: ${printable(photo)} -> ${printable(output)}`
    case 'skipped':
      return `skipped: ${printable(photo)}, ${printable(output)} is there from an earlier run`
    case 'failed':
    case 'unknown':
      return `${status}: ${printable(photo)}: ${firstLine(error?.message ?? '')}`
    case 'not-started':
      return null
    default:
      return status satisfies never
  }
}

const shownTroubles = 100

/**
 * The sum of a run for people, with the reason for each photo that has no picture.
 *
 * @param troubled     those that failed or whose outcome is not known
 * @param isRepeatable whether the next run finds what this one paid for
 */
export const summaryWords = (
  summary: Summary,
  { troubled, isRepeatable }: { readonly troubled: readonly PhotoResult[]; readonly isRepeatable: boolean },
): string => {
  const { done, skipped, failed, unknown, notStarted, sandbox, stopped } = summary
  const more = troubled.length - shownTroubles
  const lines = [
    `done: ${done}`,
    ...(skipped > 0 ? [`skipped: ${skipped} (done by an earlier run)`] : []),
    ...(failed > 0 ? [`failed: ${failed}`] : []),
    ...(unknown > 0 ? [`not known: ${unknown}`] : []),
    ...troubled.slice(0, shownTroubles).flatMap(troubleLines),
    ...(more > 0 ? [`  and ${more} more; --json lists them all`] : []),
    ...(notStarted > 0 ? [`not started: ${notStarted}`] : []),
    ...(stopped === null ? [] : [`stopped: ${firstLine(stopped.message)}`]),
    `charged: ${chargeWords(summary)}${sandbox ? ' (sandbox: in fact nothing)' : ''}`,
    ...(unknown > 0 ? [unknownHint] : []),
    ...(failed + notStarted > 0 && isRepeatable ? ['Run it again to go on: what is paid is not paid again.'] : []),
  ]
  return `${lines.join('\n')}\n`
}

const chargeWords = ({ creditsCharged, paidUnknown }: Summary): string => {
  if (paidUnknown === 0) return formatCredits(creditsCharged)
  const jobs = `${paidUnknown} ${creditsCharged > 0 ? 'more ' : ''}${paidUnknown === 1 ? 'job is' : 'jobs are'} paid`
  return `${formatCredits(creditsCharged)} that is known; at least ${jobs}`
}

const unknownHint =
  'Where it is not known whether credits were charged, look for the picture in your Magic Hour library. To make, and pay for, a new job, name that photo with --again.'

const troubleLines = ({ photo, jobId, error }: PhotoResult): string[] => [
  `  ${printable(photo)}: ${firstLine(error?.message ?? '')}`,
  ...(jobId === null ? [] : [`    job: ${printable(jobId)}`]),
  ...(error?.submissionName == null ? [] : [`    sent under the name: ${printable(error.submissionName, 255)}`]),
]

const firstLine = (text: string): string => printable(text.split('\n', 1).join(''))
