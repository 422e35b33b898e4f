import { ownsAccount } from './caller.ts'
import type { UpstreamState } from './ports.ts'
import type { Submission } from './submission.ts'

/** Magic Hour's word for our kind of project. */
export const backgroundRemover = 'BACKGROUND_REMOVER'

/** Events are sent again for a day (docs: webhooks), so those of an older submission have all come. */
export const eventsComeForMs = 90_000_000

/** How far Magic Hour's clock and ours may differ. */
const clockSkewMs = 60_000
/** All attempts of a create together take no longer. */
const longestCreateMs = 90_000
/** The ledger names no more candidates than this: where there are so many, another one may have been left out. */
const fullList = 100

const tokenPattern = /\[mhg-([a-z2-7]{13})\]/

/** The name for a job whose caller gave none: readable in Magic Hour's web app, and unmistakable by its token. */
export const nameWithToken = (token: string, at: Date): string =>
  `Background Remover - ${at.toISOString().slice(0, 10)} [mhg-${token}]`

/** The token in a name; null: there is none, so that the name was chosen by somebody. */
export const tokenIn = (name: string | null): string | null => tokenPattern.exec(name ?? '')?.[1] ?? null

/**
 * Which submission made a project that we never got the answer of.
 *
 * A token in its name decides by itself: nobody can guess one. A name that the caller chose decides only together with the
 * time, and only when no other open submission fits; never for a passed-through key, because events tell nothing of which
 * account they come from.
 *
 * @param open submissions whose outcome is open, with this token or this name
 * @returns null: none, or more than one
 */
export const matchSubmission = (state: UpstreamState, open: readonly Submission[]): Submission | null => {
  if (state.type !== null && state.type !== backgroundRemover) return null
  const token = tokenIn(state.name)
  if (token !== null) return open.find((submission) => submission.token === token) ?? null
  const [match, other] = open.filter((submission) => fitsByName(submission, state))
  if (match === undefined || other !== undefined || open.length >= fullList) return null
  // While it is being sent its own answer may come yet, and then says for certain.
  return match.outcome.state === 'SENDING' ? null : match
}

/** Whether a project may be the one that a submission made. */
export const fits = (submission: Submission, state: UpstreamState): boolean =>
  submission.token === null
    ? submission.name === state.name && isInTime(submission, state)
    : submission.token === tokenIn(state.name)

const fitsByName = (submission: Submission, state: UpstreamState): boolean =>
  submission.token === null && !ownsAccount(submission) && state.type !== null && fits(submission, state)

const isInTime = ({ startedAt }: Submission, { createdAt }: UpstreamState): boolean => {
  if (createdAt === null) return false
  const elapsedMs = createdAt.getTime() - startedAt.getTime()
  return elapsedMs >= -clockSkewMs && elapsedMs <= longestCreateMs + clockSkewMs
}
