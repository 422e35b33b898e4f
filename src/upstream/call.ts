import type { Clock } from '../domain/ports.ts'
import type { Secret } from '../domain/secret.ts'
import { toDomainError } from './failure.ts'
import { retryAfterMs } from './retry-after.ts'
import { type AttemptResult, type CallKind, retryDelayMs, verdictOn } from './retry.ts'
import type { Transport, TransportAnswer, TransportOutcome, TransportRequest } from './transport.ts'

/** How long a call may take and how often it is tried. */
export interface CallLimits {
  /** Milliseconds one attempt may take. A charged one always has all of them. */
  readonly attemptTimeoutMs: number
  /** Milliseconds all attempts and the waits between them may take together. */
  readonly deadlineMs: number
  readonly maxAttempts: number
}

/** One call of the API, to be made under its limits. */
export interface Call<T> {
  readonly kind: CallKind
  readonly method: TransportRequest['method']
  readonly path: string
  readonly apiKey: Secret
  readonly body?: unknown
  /** Reads a 2xx answer; undefined: it cannot be read. */
  readonly read: (answer: TransportAnswer) => T | undefined
  /** Reads a 404 where that is an answer and no failure; undefined: it is a failure. */
  readonly readAbsence?: (answer: TransportAnswer) => T | undefined
  readonly signal?: AbortSignal | undefined
}

interface CallDependencies {
  readonly transports: Readonly<Record<CallKind, Transport>>
  readonly limits: Readonly<Record<CallKind, CallLimits>>
  readonly clock: Clock
  /** A number in [0, 1), for the jitter. */
  readonly random: () => number
}

/** Makes a call: tries it as often as the resend rules, the limits and the signal allow. Fails with a DomainError. */
export type MakeCall = <T>(call: Call<T>) => Promise<T>

/** Makes the function through which every call goes. */
export const createMakeCall =
  ({ transports, limits, clock, random }: CallDependencies): MakeCall =>
  async (call) => {
    const { attemptTimeoutMs, deadlineMs, maxAttempts } = limits[call.kind]
    const deadlineAt = clock.now() + deadlineMs
    // A charged request that had to be given up for want of time would leave a paid job without an id: it is not begun.
    const leastTimeMs = call.kind === 'charged' ? attemptTimeoutMs : 0
    for (let attempt = 1; ; attempt += 1) {
      const timeoutMs = Math.max(leastTimeMs, Math.min(attemptTimeoutMs, deadlineAt - clock.now()))
      const outcome = await transports[call.kind].send(toRequest(call, timeoutMs))
      const value = read(call, outcome)
      if (value !== undefined) return value

      const verdict = verdictOn(call.kind, resultOf(outcome, clock.now()))
      const waitMs = retryDelayMs(attempt, askedWaitMs(outcome, clock.now()), random())
      const isLast = attempt >= maxAttempts || clock.now() + waitMs >= deadlineAt - leastTimeMs
      const failure = toDomainError(withoutKey(outcome, call.apiKey), verdict, clock.now())
      if (verdict !== 'resend' || isLast || isAborted(call)) throw failure
      await clock.sleep(waitMs, call.signal)
      if (isAborted(call)) throw failure
    }
  }

/** A charged request that has left is followed to its end: giving it up would leave a paid job without an id. */
const toRequest = <T>({ kind, method, path, apiKey, body, signal }: Call<T>, timeoutMs: number): TransportRequest => ({
  method,
  path,
  headers: {
    authorization: `Bearer ${apiKey.reveal()}`,
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  },
  body: body === undefined ? null : JSON.stringify(body),
  timeoutMs,
  signal: kind === 'free' || signal?.aborted === true ? signal : undefined,
})

const read = <T>(call: Call<T>, outcome: TransportOutcome): T | undefined => {
  if (outcome.kind !== 'answer') return undefined
  if (isSuccess(outcome)) return call.read(outcome)
  return outcome.status === 404 ? call.readAbsence?.(outcome) : undefined
}

const resultOf = (outcome: TransportOutcome, nowMs: number): AttemptResult => {
  if (outcome.kind !== 'answer') return { kind: outcome.kind }
  if (isSuccess(outcome)) return { kind: 'unreadable' }
  return { kind: 'status', status: outcome.status, hasRetryAfter: askedWaitMs(outcome, nowMs) !== null }
}

const isSuccess = ({ status }: TransportAnswer): boolean => status >= 200 && status < 300

const askedWaitMs = (outcome: TransportOutcome, nowMs: number): number | null =>
  outcome.kind === 'answer' ? retryAfterMs(outcome.headers['retry-after'], nowMs) : null

/** What Magic Hour says of a failure is shown to the caller, who need not be the owner of the key. */
const withoutKey = (outcome: TransportOutcome, apiKey: Secret): TransportOutcome =>
  outcome.kind === 'answer' ? { ...outcome, body: outcome.body.replaceAll(apiKey.reveal(), String(apiKey)) } : outcome

const isAborted = <T>({ signal }: Call<T>): boolean => signal?.aborted === true
