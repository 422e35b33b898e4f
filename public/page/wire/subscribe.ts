import { type Client as EventsClient, createClient as createEventsClient } from 'graphql-sse'
import { type Client as SocketClient, createClient as createSocketClient } from 'graphql-ws'
import { ConnectionLost, RequestRefused, readFailure, refusalOf } from './failure.ts'
import { type Job, isFinal, operations, textOf } from './operations.ts'
import { type Send, type Wire, dataIn, keyHeaders } from './send.ts'

/** Hears of a job's states until it is final. */
export interface Listener {
  readonly signal: AbortSignal
  readonly onJob: (job: Job) => void
}

/**
 * One way to hear of a job's states: resolves when the last one has come.
 *
 * @throws RequestRefused, ConnectionLost, the signal's reason
 */
export type Transport = (jobId: string, listener: Listener) => Promise<void>

/** How long a client waits for the server to begin, in milliseconds: a proxy may keep a WebSocket hanging for ever. */
const beginWithinMs = 8_000

/** How often the server is asked whether it is still there, and how long it may take to say so, in milliseconds. */
const pingEveryMs = 10_000
const pongWithinMs = 5_000

/** Over WebSocket, one for all jobs. It holds for the key that it was opened with: another key takes another one. */
export const overSocket = (wire: Wire): Transport => {
  let current: { readonly key: string | null; readonly client: SocketClient; readonly listen: Transport } | null = null
  return (id, listener) => {
    const key = wire.authorization()
    if (current === null || current.key !== key) {
      current?.client.terminate()
      const client = openSocket(wire)
      current = { key, client, listen: subscription(wire, client) }
    }
    return current.listen(id, listener)
  }
}

const openSocket = (wire: Wire): SocketClient => {
  const client = createSocketClient({
    url: `${location.origin.replace('http', 'ws')}/graphql`,
    // A browser cannot set the header of a WebSocket.
    connectionParams: () => keyHeaders(wire),
    retryAttempts: 0,
    connectionAckWaitTimeout: beginWithinMs,
    keepAlive: pingEveryMs,
  })
  closeWhenSilent(client)
  return client
}

/** Over server-sent events, a stream for each job. */
export const overEvents = (wire: Wire): Transport => {
  const client = createEventsClient({
    url: `${location.origin}/graphql/stream`,
    headers: () => keyHeaders(wire),
    retryAttempts: 0,
  })
  return subscription(wire, client)
}

/** By asking, where no stream comes through: each answer is held back until the job is final or some seconds are over. */
export const byWaiting =
  (send: Send): Transport =>
  async (id, { signal, onJob }) => {
    let waitForSeconds = 0
    while (!signal.aborted) {
      const { job } = await send(operations.waitForJob, { id, waitForSeconds })
      signal.throwIfAborted()
      if (job === null) throw new RequestRefused(unknownJob)
      onJob(job)
      if (isFinal(job)) return
      // Short enough that the states between are seen.
      waitForSeconds = 2
    }
  }

const unknownJob = {
  code: 'NOT_FOUND',
  message: 'There is no such job, or it is not yours.',
  isRetryable: false,
  charged: 'NO',
  retryAfterSeconds: null,
  submissionName: null,
  jobId: null,
} as const

type Subscribe = Pick<SocketClient, 'subscribe'> | Pick<EventsClient, 'subscribe'>

const subscription = (wire: Wire, client: Subscribe): Transport => {
  const { title, kind, document, isResult } = operations.jobUpdated
  const query = textOf(document)
  return (id, { signal, onJob }) =>
    new Promise((resolve, reject) => {
      wire.onSend({ title, kind, query, variables: { id } })
      let hasBegun = false
      const settle = (then: () => void): void => {
        clearTimeout(timer)
        then()
      }
      const sink = {
        next: (answer: unknown) => {
          hasBegun = true
          clearTimeout(timer)
          try {
            onJob(dataIn(answer, isResult).jobUpdated)
          } catch (error) {
            settle(() => reject(error))
            unsubscribe()
          }
        },
        error: (error: unknown) => settle(() => reject(failureOf(error))),
        complete: () => settle(resolve),
      }
      const unsubscribe = client.subscribe({ query, variables: { id } }, sink)
      const timer = setTimeout(() => {
        if (hasBegun) return
        reject(new ConnectionLost())
        unsubscribe()
      }, beginWithinMs)
      signal.addEventListener(
        'abort',
        () => {
          settle(() => reject(signal.reason))
          unsubscribe()
        },
        { once: true },
      )
    })
}

const failureOf = (error: unknown): Error => {
  const failure = readFailure(error)
  return failure === null ? new ConnectionLost(error) : refusalOf(failure)
}

/** A connection can be gone without a word, as when a laptop slept. */
const closeWhenSilent = (client: SocketClient): void => {
  let timer: ReturnType<typeof setTimeout> | undefined
  client.on('ping', (isReceived) => {
    if (!isReceived) timer = setTimeout(() => client.terminate(), pongWithinMs)
  })
  client.on('pong', (isReceived) => {
    if (isReceived) clearTimeout(timer)
  })
  client.on('closed', () => clearTimeout(timer))
}
