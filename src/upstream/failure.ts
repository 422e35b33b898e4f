import {
  type DomainError,
  Forbidden,
  InsufficientCredits,
  PlanUpgradeRequired,
  RateLimited,
  SubmissionUnknown,
  Unauthenticated,
  Unprocessable,
  type UpstreamFault,
  UpstreamUnavailable,
} from '../domain/errors.ts'
import { retryAfterMs } from './retry-after.ts'
import type { Verdict } from './retry.ts'
import type { TransportAnswer, TransportOutcome } from './transport.ts'
import { errorAnswer, parseJson } from './wire.ts'

const planCodes: ReadonlySet<string> = new Set(['subscription_required', 'plan_upgrade_required'])
const maxMessageLength = 2_000

/**
 * Translates a call that failed for good: the one place where Magic Hour's statuses become our errors.
 *
 * @param verdict whether it may have been charged: `unknown` outweighs what the status says
 * @param nowMs   for a `Retry-After` that is a date
 */
export const toDomainError = (outcome: TransportOutcome, verdict: Verdict, nowMs: number): DomainError => {
  if (outcome.kind !== 'answer') {
    const details = { cause: outcome.cause }
    return verdict === 'unknown' ? new SubmissionUnknown('', details) : new UpstreamUnavailable('', details)
  }
  const upstream = faultOf(outcome)
  // Without the time of a next attempt, whatever the header says: a client that kept to it could pay twice.
  if (verdict === 'unknown') return new SubmissionUnknown('', { upstream })
  const waitMs = retryAfterMs(outcome.headers['retry-after'], nowMs)
  return byStatus(outcome.status, {
    upstream,
    ...(waitMs === null ? {} : { retryAfterSeconds: Math.ceil(waitMs / 1_000) }),
  })
}

const byStatus = (
  status: number,
  details: { readonly upstream: UpstreamFault; readonly retryAfterSeconds?: number },
): DomainError => {
  switch (status) {
    case 404:
      // Magic Hour says it in JSON; a page of a proxy means that it was not reached.
      return details.upstream.message === null ? new UpstreamUnavailable('', details) : unprocessable(details)
    case 400:
    case 413:
    case 422:
      return unprocessable(details)
    case 401:
      return new Unauthenticated('Magic Hour does not accept the API key.', details)
    case 402:
      return planCodes.has(details.upstream.code ?? '')
        ? new PlanUpgradeRequired('', details)
        : new InsufficientCredits('', details)
    case 403:
      return new Forbidden('', details)
    case 429:
      return new RateLimited('', details)
    default:
      return new UpstreamUnavailable('', details)
  }
}

const unprocessable = (details: { readonly upstream: UpstreamFault }): Unprocessable =>
  new Unprocessable(details.upstream.message ?? '', details)

const faultOf = ({ status, body }: TransportAnswer): UpstreamFault => {
  const said = errorAnswer.safeParse(parseJson(body)).data
  return { status, code: said?.code ?? null, message: said?.message ? harmless(said.message) : null }
}

/** Magic Hour may repeat what it was sent: a signed link in it keeps its path and loses its signature. */
const harmless = (message: string): string =>
  message.slice(0, maxMessageLength).replaceAll(/(https?:\/\/[^\s?#"'<>]+)[?#][^\s"'<>]*/g, '$1?…')
