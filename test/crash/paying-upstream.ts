import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type Respond, json, startStub } from '../support/stub-server.ts'
import { type Counter, createCounter } from './counter.ts'

/** A job that was made, and with that paid. */
export interface PaidJob {
  readonly id: string
  readonly name: string
  readonly imageFilePath: string
  readonly createdAt: Date
}

/** Magic Hour, as far as it costs money: it keeps account of every create that reached it, whatever became of the answer. */
export interface PayingUpstream extends AsyncDisposable {
  readonly url: URL
  /** In order. */
  readonly paid: readonly PaidJob[]
  /** Creates that came whole, also those that were refused. */
  readonly creates: Pick<Counter, 'more'>
  /** Answers to creates that were handed to the operating system. */
  readonly answers: Pick<Counter, 'more'>
  /** Keeps the answers to creates back until the returned function is called. */
  hold(): () => void
  /** Has each job told of as soon as it is made, before its create is answered. */
  onPaid(tell: (job: PaidJob) => void): void
}

/** An image with this in its path is refused. */
export const refusedPath = 'refused'

/** The secret of the events. */
export const webhookSecret = 'the-secret-of-the-webhooks'

const createBody = z.object({ name: z.string(), assets: z.object({ image_file_path: z.string() }) })

/**
 * Starts one. Every job is complete as soon as somebody looks.
 *
 * @param answerAfterMs how long the next create takes to be answered
 */
export const startPayingUpstream = async (answerAfterMs: () => number): Promise<PayingUpstream> => {
  const paid: PaidJob[] = []
  const creates = createCounter()
  const answers = createCounter()
  const listeners: ((job: PaidJob) => void)[] = []
  let held = Promise.resolve()
  const create = async (...[response, request]: Parameters<Respond>): Promise<void> => {
    const { name, assets } = createBody.parse(JSON.parse(request.body))
    const isRefused = assets.image_file_path.includes(refusedPath)
    const job = { id: `paid-${paid.length + 1}`, name, imageFilePath: assets.image_file_path, createdAt: new Date() }
    if (!isRefused) {
      paid.push(job)
      for (const tell of listeners) tell(job)
    }
    creates.add()
    await held
    await pause(answerAfterMs())
    response.once('finish', () => answers.add())
    if (isRefused) json(422, { message: 'There is nobody in this picture.' })(response, request)
    else json(200, { id: job.id, credits_charged: 5 })(response, request)
  }
  const server = await startStub((response, request) => {
    if (request.method === 'POST') return void create(response, request)
    const job = paid.find(({ id }) => request.path.endsWith(`/${id}`))
    return json(job === undefined ? 404 : 200, job === undefined ? { message: 'Not Found' } : toProject(job))(
      response,
      request,
    )
  })
  return {
    url: server.url,
    paid,
    creates,
    answers,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    onPaid: (tell) => void listeners.push(tell),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** What Magic Hour tells of a job. The rest is the same for all. */
type ToldOf = Pick<PaidJob, 'id' | 'name' | 'createdAt'>

/** What GET says of a job, and its event too. */
const toProject = ({ id, name, createdAt }: ToldOf) => ({
  id,
  name,
  status: 'complete',
  image_count: 1,
  type: 'BACKGROUND_REMOVER',
  created_at: createdAt.toISOString(),
  enabled: true,
  credits_charged: 5,
  downloads: [],
  error: null,
})

/** The event that tells that a job is complete, signed. */
export const eventOf = (job: ToldOf): { body: string; headers: Record<string, string> } => {
  const body = JSON.stringify({ type: 'image.completed', payload: toProject(job) })
  const timestamp = String(Math.floor(Date.now() / 1_000))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'magic-hour-event-timestamp': timestamp,
      'magic-hour-event-signature': createHmac('sha256', webhookSecret).update(`${timestamp}.${body}`).digest('hex'),
    },
  }
}
