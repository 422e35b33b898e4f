import { createHmac } from 'node:crypto'
import { request } from 'undici'

/** What the apps of the tests check deliveries with. */
export const webhookSecret = 'whsec_5ec4e7_of_a_test'

/** A delivery as it goes over the wire. */
export interface SignedDelivery {
  readonly body: Buffer
  readonly headers: Record<string, string>
}

interface Signing {
  readonly secret?: string
  /** When it says that it was signed. */
  readonly at?: Date
}

/** The text of an event. */
export const eventText = (type: string, payload: unknown): string => JSON.stringify({ type, payload })

/** The payload of an event about a background removal: with all that Magic Hour may say. */
export const aPayload = (id: string, status: string, extra: Record<string, unknown> = {}) => ({
  id,
  name: null,
  status,
  image_count: 1,
  type: 'BACKGROUND_REMOVER',
  created_at: new Date().toISOString(),
  enabled: true,
  credits_charged: 5,
  downloads: [],
  error: null,
  ...extra,
})

/** The signature of a body at a timestamp, as Magic Hour makes it. */
export const signatureOf = (body: Buffer, timestamp: string, secret = webhookSecret): string =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')

/** Signs exactly these bytes. */
export const sign = (
  text: string | Buffer,
  { secret = webhookSecret, at = new Date() }: Signing = {},
): SignedDelivery => {
  const body = Buffer.from(text)
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'magic-hour-event-timestamp': timestamp,
      'magic-hour-event-signature': signatureOf(body, timestamp, secret),
    },
  }
}

/** Delivers to an app; what it answers. */
export const deliver = async (
  url: string,
  { body, headers }: SignedDelivery,
): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await request(`${url}/webhooks/magic-hour`, { method: 'POST', headers, body })
  return { status: answer.statusCode, text: await answer.body.text() }
}
