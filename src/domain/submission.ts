/** How a submission stands: on its way, answered with a job, or lost without an answer. */
export type SubmissionOutcome =
  | { readonly state: 'SENDING' }
  | { readonly state: 'ACCEPTED'; readonly jobId: string }
  | { readonly state: 'UNKNOWN' }

/** The recorded intent to have one job made, and what became of it. */
export interface Submission {
  readonly id: string
  readonly tenant: string
  /** The caller's key, unique within the tenant; null: the call is not repeatable. */
  readonly idempotencyKey: string | null
  /** A hash of the arguments: they may hold signed links, which are not stored in the clear. */
  readonly argumentsHash: string
  readonly name: string | null
  readonly startedAt: Date
  readonly outcome: SubmissionOutcome
}
