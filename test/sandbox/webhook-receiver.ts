import { createHmac } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { SandboxLimits } from '../../src/sandbox/limits.ts'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { type Respond, type StubServer, type WireRequest, json, startStub } from '../support/stub-server.ts'
import { type Caller, aPhoto, startSandbox } from './support.ts'

/** Not ASCII alone, so that what is signed with its UTF-8 bytes is told from what is not. */
export const secret = 'whsec ☂ of a test'

const eventBody = z.object({ type: z.string(), payload: z.looseObject({ id: z.string(), status: z.string() }) })

/** An event as it came, with what a careful receiver finds out about it. */
export interface ReceivedEvent extends z.infer<typeof eventBody> {
  readonly isGenuine: boolean
  /** As the header says. */
  readonly timestamp: number
}

/** Whether the signature fits the bytes of the body. */
export const isGenuine = ({ headers, body }: WireRequest): boolean => {
  const signed = Buffer.concat([Buffer.from(`${String(headers['magic-hour-event-timestamp'])}.`), Buffer.from(body)])
  const signature = createHmac('sha256', Buffer.from(secret)).update(signed).digest('hex')
  return signature === headers['magic-hour-event-signature']
}

/** @throws ZodError when the body is no event */
export const asEvent = (request: WireRequest): ReceivedEvent => ({
  ...eventBody.parse(JSON.parse(request.body)),
  isGenuine: isGenuine(request),
  timestamp: Number(request.headers['magic-hour-event-timestamp']),
})

/** A server on loopback that events are delivered to. */
export interface Receiver extends StubServer {
  /** All events, as soon as there are so many. */
  events(count: number): Promise<ReceivedEvent[]>
}

/** How a receiver answers an event that it has taken. */
export const accept = json(200, { message: 'Thank you' })

/** A receiver that answers as told, stopped when the test is over. */
export const startReceiver = async (respond: Respond = accept): Promise<Receiver> => {
  const stub = await startStub(respond)
  onTestFinished(() => stub[Symbol.asyncDispose]())
  return {
    ...stub,
    events: async (count) => {
      await stub.received(count)
      return stub.requests.map(asEvent)
    },
  }
}

/** A sandbox that delivers to the receiver; what fails comes again at once. */
export const startSandboxFor = (
  receiver: Receiver,
  options: Partial<SandboxOptions> = {},
  limits: Partial<SandboxLimits> = {},
): Promise<Sandbox> =>
  startSandbox(
    { webhooks: { url: () => `${receiver.url.href}hook`, secret }, ...options },
    { webhookRetryMs: 1, ...limits },
  )

/** Makes a job of a photo; its id. */
export const makeJob = async (caller: Caller, name = 'Mug'): Promise<string> =>
  caller.create(await caller.upload(await aPhoto()), { name })
