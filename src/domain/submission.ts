/**
 * How a submission stands:
 * - `SENDING`: somebody who keeps renewing the lease is sending it;
 * - `ACCEPTED`: answered with a job, or found again;
 * - `UNKNOWN`: whether a job was made cannot be known;
 * - `ABANDONED`: unknown, and its key was given up by a person. Its job may still turn up.
 */
export type SubmissionOutcome =
  | { readonly state: 'SENDING'; readonly leaseUntil: Date }
  | { readonly state: 'ACCEPTED'; readonly jobId: string }
  | { readonly state: 'UNKNOWN' }
  | { readonly state: 'ABANDONED' }

/** The recorded intent to have one job made, and what became of it. */
export interface Submission {
  readonly id: string
  readonly tenant: string
  /** Which Magic Hour account pays: see `Caller`. */
  readonly account: string
  /** The caller's key, unique within the tenant; null: the call is not repeatable, or the key was given up. */
  readonly idempotencyKey: string | null
  /** A hash of the arguments: they may hold signed links, which are not stored in the clear. */
  readonly argumentsHash: string
  /** The name as it is sent: the only thing of ours that Magic Hour gives back, and so the way to a job that was lost. */
  readonly name: string
  /** What makes the name unmistakable; null: the caller chose the name. */
  readonly token: string | null
  readonly startedAt: Date
  readonly outcome: SubmissionOutcome
}
