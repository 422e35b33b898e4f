/**
 * Whether a call costs credits (`createImage`) or is free (all others).
 */
export type CallKind = 'charged' | 'free'

/** What one attempt came to, as far as sending again depends on it. */
export type AttemptResult =
  | { readonly kind: 'not-sent' | 'no-answer' | 'unreadable' }
  | { readonly kind: 'status'; readonly status: number; readonly hasRetryAfter: boolean }

/**
 * What follows from an attempt that failed:
 * - `resend`: surely nothing was made, or asking again is harmless;
 * - `refuse`: it would fail again, and surely nothing was made;
 * - `unknown`: a job may have been made and charged.
 */
export type Verdict = 'resend' | 'refuse' | 'unknown'

interface ResendRule {
  readonly result: AttemptResult['kind']
  /** For `status`: which ones, first to last; left out: any. */
  readonly statuses?: readonly number[]
  /** Left out: with or without. */
  readonly hasRetryAfter?: boolean
  readonly verdict: Verdict
}

/**
 * May a call be sent again? The first rule that fits decides.
 *
 * For the charged call the vendor's guide names what made no job (429, 502, 503 with Retry-After); everything that it does
 * not name is `unknown`, because a wrong «send again» costs money and a wrong «unknown» costs a look.
 */
export const resendRules: Readonly<Record<CallKind, readonly ResendRule[]>> = {
  charged: [
    { result: 'not-sent', verdict: 'resend' },
    { result: 'status', statuses: [429, 502], verdict: 'resend' },
    { result: 'status', statuses: [503], hasRetryAfter: true, verdict: 'resend' },
    { result: 'status', statuses: [400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 431], verdict: 'refuse' },
    { result: 'status', verdict: 'unknown' },
    { result: 'no-answer', verdict: 'unknown' },
    { result: 'unreadable', verdict: 'unknown' },
  ],
  free: [
    { result: 'status', statuses: [408, 425, 429, 500, 502, 503, 504], verdict: 'resend' },
    { result: 'status', verdict: 'refuse' },
    { result: 'not-sent', verdict: 'resend' },
    { result: 'no-answer', verdict: 'resend' },
    { result: 'unreadable', verdict: 'resend' },
  ],
}

/** Finds the rule for an attempt. A charged call that no rule fits is `unknown`. */
export const verdictOn = (call: CallKind, result: AttemptResult): Verdict =>
  resendRules[call].find((rule) => fits(rule, result))?.verdict ?? 'unknown'

const fits = (rule: ResendRule, result: AttemptResult): boolean => {
  if (rule.result !== result.kind) return false
  if (result.kind !== 'status') return true
  return (
    (rule.statuses?.includes(result.status) ?? true) &&
    (rule.hasRetryAfter ?? result.hasRetryAfter) === result.hasRetryAfter
  )
}

/**
 * How long to wait before the next attempt: what the server asked for, else exponential back-off with jitter.
 *
 * @param attempt       1 after the first attempt
 * @param retryAfterMs  what the server asked for, or null
 * @param random        number in [0, 1)
 * @returns milliseconds; at most 30 000 when the server did not ask
 */
export const retryDelayMs = (attempt: number, retryAfterMs: number | null, random: number): number =>
  retryAfterMs ?? Math.min(30_000, 500 * 2 ** (attempt - 1) * (0.5 + random))
