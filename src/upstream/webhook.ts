import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { rankOf } from '../domain/job.ts'
import type { UpstreamState } from '../domain/ports.ts'
import { toUpstreamState } from './translate.ts'
import { imageProject, parseJson } from './wire.ts'

/** What a delivery brings: exactly the bytes of the body, and the two headers (docs: integration/webhook). */
export interface WebhookDelivery {
  readonly body: Buffer
  /** `magic-hour-event-signature`: 64 hex digits in lower case, HMAC-SHA256 over `<timestamp>.<body>`. */
  readonly signature: string | undefined
  /** `magic-hour-event-timestamp`: seconds since the epoch. */
  readonly timestamp: string | undefined
}

/**
 * What a delivery came to:
 * - `forged`: the signature is not theirs;
 * - `passed-over`: rightly signed, and not about an image project that can be read;
 * - `news`: what Magic Hour says; with `isStale`, what it said at some time, so that it is to be asked again.
 */
export type WebhookNews =
  | { readonly kind: 'forged' | 'passed-over' }
  | { readonly kind: 'news'; readonly state: UpstreamState; readonly isStale: boolean }

interface WebhookReaderOptions {
  readonly secret: string
  /** How far a timestamp may be from our clock. Magic Hour names 5 minutes. */
  readonly toleranceSeconds: number
  readonly clock: { now(): number }
  /** Hides a link; null: there is no key to do it with. */
  readonly seal: ((url: string) => string) | null
}

/** Reads one delivery. Never throws: what it cannot read it passes over, as events of later versions may be anything. */
export type ReadWebhook = (delivery: WebhookDelivery) => WebhookNews

/** Makes the reader of webhooks. */
export const createReadWebhook =
  ({ secret, toleranceSeconds, clock, seal }: WebhookReaderOptions): ReadWebhook =>
  ({ body, signature, timestamp }) => {
    if (!isSigned({ body, signature, timestamp }, secret)) return { kind: 'forged' }
    const { data: event } = imageEvent.safeParse(parseJson(body.toString('utf8')))
    if (event === undefined) return { kind: 'passed-over' }
    const now = new Date(clock.now())
    const isStale = Math.abs(now.getTime() / 1_000 - Number(timestamp)) > toleranceSeconds
    const state = toUpstreamState(event.payload, { now, seal })
    return { kind: 'news', isStale, state: { ...state, status: furtherOf(state.status, statusOf(event.type)) } }
  }

const imageEvent = z.object({ type: z.string().startsWith('image.'), payload: imageProject })

/**
 * The guides' examples leave fields out, and the type of the event says the status too. A payload that lags behind it must not
 * take away the only news of the end there is.
 */
const furtherOf = (said: UpstreamState['status'], told: UpstreamState['status']): UpstreamState['status'] =>
  told !== null && (said === null || rankOf(told) > rankOf(said)) ? told : said

const statusOf = (type: string): UpstreamState['status'] => {
  switch (type) {
    case 'image.started':
      return 'RENDERING'
    case 'image.completed':
      return 'COMPLETE'
    case 'image.errored':
      return 'ERROR'
    default:
      return null
  }
}

const isSigned = ({ body, signature, timestamp }: WebhookDelivery, secret: string): boolean => {
  if (!/^\d{1,12}$/.test(timestamp ?? '') || !/^[0-9a-f]{64}$/.test(signature ?? '')) return false
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()
  return timingSafeEqual(expected, Buffer.from(signature ?? '', 'hex'))
}
