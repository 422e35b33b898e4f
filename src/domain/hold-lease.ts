import type { SubmissionLedger } from './ledger.ts'
import type { Clock } from './ports.ts'
import type { Submission } from './submission.ts'

/** How long a submission stays «being sent» after its sender was last heard of. */
export const leaseMs = 15_000

/** Three tries fit into a lease. */
const renewEveryMs = 5_000

/** A lease that is being renewed. */
export interface HeldLease {
  /** Aborts when the lease is lost: somebody may have been told that the outcome is unknown, so nothing more is sent. */
  readonly lost: AbortSignal
  end(): void
}

/** Keeps the lease of a submission until it is ended, and tells when that fails. */
export const holdLease = (
  { ledger, clock }: { readonly ledger: Pick<SubmissionLedger, 'renew'>; readonly clock: Clock },
  { id, outcome }: Submission,
): HeldLease => {
  const lost = new AbortController()
  const ended = new AbortController()
  let until = outcome.state === 'SENDING' ? outcome.leaseUntil.getTime() : 0

  const renew = async (): Promise<boolean> => {
    const next = clock.now() + leaseMs
    const isHeld = await ledger.renew(id, new Date(next)).catch(() => clock.now() < until)
    if (isHeld) until = next
    return isHeld
  }
  const keep = async (): Promise<void> => {
    while (!lost.signal.aborted) {
      await clock.sleep(renewEveryMs, ended.signal)
      if (ended.signal.aborted) return
      if (!(await renew())) lost.abort()
    }
  }
  // The process may have been held up since the intent was recorded.
  if (clock.now() >= until) lost.abort()
  void keep()
  return { lost: lost.signal, end: () => ended.abort('ended') }
}
