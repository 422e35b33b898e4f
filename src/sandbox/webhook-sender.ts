import { createHmac, randomBytes } from 'node:crypto'
import { Agent, request } from 'undici'
import type { SandboxLimits } from './limits.ts'
import { pause } from './pause.ts'

/** Where all events of all accounts go, as an account's owner would set it in the web app. */
export interface WebhookTarget {
  /** Asked before each attempt. null: not known yet, so the attempt fails and is made again later. */
  url: () => string | null
  /** What deliveries are signed with, as UTF-8 text. */
  secret: string
}

/** How a delivery is signed: as it should be, with a time that is 10 minutes past, or with a secret that is not ours. */
export type Signing = 'right' | 'stale' | 'forged'

/** One delivery of one event. */
export interface Delivery {
  /** The raw body; each attempt sends the same bytes. */
  readonly body: string
  readonly signing: Signing
}

/** Delivers events. */
export interface WebhookSender {
  /** Resolves when the first attempt is over, however it went; the later ones are nobody's to wait for. Never rejects. */
  deliver: (delivery: Delivery) => Promise<void>
  /** Ends all attempts, also those that wait, and closes the connections. The signal must have been given before. */
  stop: () => Promise<void>
}

/** What a sender works with. */
export interface SenderNeeds {
  readonly target: WebhookTarget
  readonly now: () => number
  readonly limits: Pick<SandboxLimits, 'webhookAnswerMs' | 'webhookRetryMs' | 'webhooksWaiting'>
  readonly stopping: AbortSignal
}

/**
 * A sender that signs each attempt anew and insists until it is answered 2xx in time, for a day.
 *
 * A forged delivery is tried once: it is refused by whoever checks, and would come back all day.
 */
export const createWebhookSender = (needs: SenderNeeds): WebhookSender => {
  const { limits, stopping } = needs
  const agent = new Agent({ connectTimeout: limits.webhookAnswerMs })
  const waiting = new Set<Promise<void>>()

  const insist = async (delivery: Delivery): Promise<void> => {
    for (const delayMs of retryDelaysMs(limits.webhookRetryMs)) {
      if (!(await pause(delayMs, stopping)) || (await attempt(delivery, needs, agent))) return
    }
  }
  return {
    deliver: async (delivery) => {
      const isDone = (await attempt(delivery, needs, agent)) || delivery.signing === 'forged'
      // A receiver that stays away must not fill the memory.
      if (isDone || stopping.aborted || waiting.size >= limits.webhooksWaiting) return
      const insisting = insist(delivery).finally(() => waiting.delete(insisting))
      waiting.add(insisting)
    },
    stop: async () => {
      // Destroyed, not closed: a receiver that never answers would keep a close waiting.
      await agent.destroy()
      await Promise.all(waiting)
    },
  }
}

const longestDelayMs = 60 * 60 * 1000
const insistForMs = 24 * longestDelayMs

/**
 * The waits between the attempts at one delivery: each twice the one before, at most an hour, all of them a day.
 *
 * @param firstMs  more than 0
 */
export const retryDelaysMs = function* (firstMs: number): Generator<number> {
  let delayMs = firstMs
  for (let waitedMs = delayMs; waitedMs <= insistForMs; waitedMs += delayMs) {
    yield delayMs
    delayMs = Math.min(longestDelayMs, delayMs * 2)
  }
}

// What went wrong is not told: there is nobody to tell, and an address may hold a password.
const attempt = async (delivery: Delivery, needs: SenderNeeds, dispatcher: Agent): Promise<boolean> => {
  try {
    const url = needs.target.url()
    if (url === null) return false
    const signal = AbortSignal.any([AbortSignal.timeout(needs.limits.webhookAnswerMs), needs.stopping])
    const headers = signedHeaders(delivery, needs)
    const answer = await request(url, { method: 'POST', headers, body: delivery.body, dispatcher, signal })
    await answer.body.dump()
    return answer.statusCode >= 200 && answer.statusCode < 300
  } catch {
    return false
  }
}

const staleByMs = 10 * 60 * 1000

const signedHeaders = ({ body, signing }: Delivery, { target, now }: SenderNeeds): Record<string, string> => {
  const signedAtMs = signing === 'stale' ? now() - staleByMs : now()
  const timestamp = String(Math.floor(signedAtMs / 1000))
  const secret = signing === 'forged' ? randomBytes(32) : target.secret
  return {
    'content-type': 'application/json',
    'user-agent': 'magic-hour-graphql-sandbox',
    'magic-hour-event-signature': createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex'),
    'magic-hour-event-timestamp': timestamp,
  }
}
