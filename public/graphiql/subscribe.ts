import type { Observable } from '@graphiql/toolkit'
import type { ExecutionResult } from 'graphql'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebSocketClient } from 'graphql-ws'

/** A subscription and its variables. */
export interface SubscriptionRequest {
  readonly query: string
  readonly operationName?: string
  readonly variables: Record<string, unknown>
}

/** Where the two transports listen. */
export interface SubscriptionEndpoints {
  readonly webSocket: string
  readonly events: string
}

interface Sink {
  readonly next: (result: unknown) => void
  readonly error: (error: unknown) => void
  readonly complete: () => void
}

/**
 * Subscribes over WebSocket or, where no WebSocket comes about (many a proxy lets none through), over server-sent events.
 *
 * @param headers sent as `connectionParams` of a WebSocket, for which a browser can set no headers
 */
export const subscribe = (
  endpoints: SubscriptionEndpoints,
  request: SubscriptionRequest,
  headers: Record<string, string>,
): Observable<ExecutionResult> =>
  observable((sink) => {
    const subscription = { request, headers }
    const otherwise = (): void => {
      stop = overEvents(endpoints.events, subscription, sink)
    }
    let stop = overWebSocket(endpoints.webSocket, subscription, { ...sink, otherwise })
    return () => stop()
  })

/** `otherwise` is called in place of an error when no connection comes about. */
interface OrElse extends Sink {
  readonly otherwise: () => void
}

interface Subscription {
  readonly request: SubscriptionRequest
  readonly headers: Record<string, string>
}

const overWebSocket = (url: string, { request, headers }: Subscription, sink: OrElse): (() => void) => {
  let hasConnected = false
  const client = createWebSocketClient({
    url,
    connectionParams: headers,
    // A connection that was there and broke is opened again, and the job's state then is the first result on it.
    shouldRetry: () => hasConnected,
    on: {
      connected: () => {
        hasConnected = true
      },
    },
  })
  return client.subscribe(request, {
    ...sink,
    error: (error) => (hasConnected ? sink.error(inWords(error)) : sink.otherwise()),
  })
}

const overEvents = (url: string, { request, headers }: Subscription, sink: Sink): (() => void) =>
  createSseClient({ url, headers }).subscribe(request, sink)

/** The end of a connection is an event, and would be shown as an empty object. */
const inWords = (error: unknown): unknown =>
  error instanceof CloseEvent ? new Error(`The connection was closed: ${error.reason || error.code}.`) : error

interface Observer {
  readonly next: (result: ExecutionResult) => void
  readonly error: (error: unknown) => void
  readonly complete: () => void
}

/** GraphiQL hands an object to `subscribe`; its type allows for single functions as well. */
const observable = (start: (sink: Sink) => () => void): Observable<ExecutionResult> => ({
  subscribe: (observer?: Observer | Observer['next']) => {
    const { next, error, complete } = typeof observer === 'object' ? observer : { ...silent, next: observer ?? ignore }
    const unsubscribe = start({ next: (result) => (isResult(result) ? next(result) : undefined), error, complete })
    return { unsubscribe }
  },
})

const ignore = (): void => undefined
const silent: Observer = { next: ignore, error: ignore, complete: ignore }

/** As it came over the wire: GraphiQL only prints it. */
const isResult = (result: unknown): result is ExecutionResult => typeof result === 'object' && result !== null
