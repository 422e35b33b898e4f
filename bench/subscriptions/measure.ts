import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import { startStubMagicHour } from '../../test/support/stub-magic-hour.ts'
import { type Shape, gather, jobId } from './crowd.ts'
import { type Memory, startMeasuredApp } from './measured-app.ts'

/** What a crowd of subscriptions came to. */
export interface Figures {
  readonly shape: Shape
  readonly before: Memory
  /** What the app takes while all of them wait. */
  readonly waiting: readonly { readonly afterSeconds: number; readonly memory: Memory }[]
  /** From the first socket until each subscription had its first state. */
  readonly openedMs: number
  /** From the event that ends the job until so many had heard of it. */
  readonly lastHeardMs: number
  /** How often Magic Hour was asked about the job meanwhile. */
  readonly lookUps: number
}

const webhookSecret = randomBytes(16).toString('hex')

/** Opens the subscriptions, lets them wait, then lets the job finish. Takes about three quarters of a minute. */
export const measure = async (shape: Shape): Promise<Figures> => {
  await using magicHour = await startStubMagicHour()
  await using app = await startMeasuredApp({
    PORT: '0',
    DATA_DIR: 'memory:',
    MAGIC_HOUR_BASE_URL: magicHour.url.href,
    MAGIC_HOUR_API_KEY: 'mhk_bench_server',
    MAGIC_HOUR_WEBHOOK_SECRET: webhookSecret,
    ALLOW_ANONYMOUS: 'true',
  })
  const createdAt = new Date().toISOString()
  await submit(app.url)
  magicHour.set(jobId, 'rendering', { created_at: createdAt })
  await app.memory()
  const before = await app.memory()

  const begun = performance.now()
  using crowd = await gather(app.url, shape)
  await crowd.heard(1)
  const openedMs = performance.now() - begun
  const waiting = []
  let waitedSeconds = 0
  for (const afterSeconds of [0, 5, 15, 30]) {
    await setTimeout((afterSeconds - waitedSeconds) * 1_000)
    waitedSeconds = afterSeconds
    waiting.push({ afterSeconds, memory: await app.memory() })
  }
  const lookUps = magicHour.count('GET', '/v1/image-projects/')
  const told = performance.now()
  await tell(app.url, createdAt)
  await crowd.heard(2)
  return { shape, before, waiting, openedMs, lastHeardMs: performance.now() - told, lookUps }
}

/** Makes the job: a server with its own key shows nobody what it has not made. */
const submit = async (url: string): Promise<void> => {
  const query = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
  const { body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  await body.dump()
}

/** Sends the event that Magic Hour sends when a job is complete. */
const tell = async (url: string, createdAt: string): Promise<void> => {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const body = JSON.stringify({
    type: 'image.completed',
    payload: {
      id: jobId,
      name: null,
      status: 'complete',
      image_count: 1,
      type: 'BACKGROUND_REMOVER',
      created_at: createdAt,
      enabled: true,
      credits_charged: 5,
      downloads: [{ url: 'https://storage.example/a.png?sig=1', expires_at: '2099-01-01T00:00:00Z' }],
      error: null,
    },
  })
  const signature = createHmac('sha256', webhookSecret).update(`${timestamp}.${body}`).digest('hex')
  await request(`${url}/webhooks/magic-hour`, {
    method: 'POST',
    headers: { 'magic-hour-event-signature': signature, 'magic-hour-event-timestamp': timestamp },
    body,
  })
}
