import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { StubMagicHour } from './stub-magic-hour.ts'

/** What came of an operation, whatever carried it. */
export interface Outcome {
  /** The results, in order. */
  readonly results: readonly object[]
  /** What it ended with in place of a result; empty: it completed. */
  readonly errors: z.infer<typeof refusal>
}

/** A client of one transport, with the key of one caller. It never tries again. */
export interface SubscribingClient extends Disposable {
  /** Sends an operation, and hands out its results one by one. `return()` ends it. */
  iterate(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<object>
}

/** Opens a client. */
export type OpenClient = (url: string, authorization?: string) => SubscribingClient

/** The reference client of graphql-transport-ws. */
export const overWebSocket: OpenClient = (url, authorization) => {
  const client = createWebSocketClient({
    url: webSocketUrl(url),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(authorization !== undefined && { connectionParams: { authorization } }),
  })
  return {
    iterate: (query, variables = {}) => client.iterate({ query, variables }),
    // What came of a connection that was never made, `iterate` says.
    [Symbol.dispose]: () => void Promise.resolve(client.dispose()).catch(() => undefined),
  }
}

/** The reference client of GraphQL over server-sent events, in the distinct connections mode. */
export const overEvents: OpenClient = (url, authorization) => {
  const client = createSseClient({
    url: `${url}/graphql/stream`,
    retryAttempts: 0,
    headers: authorization === undefined ? {} : { authorization },
  })
  return {
    iterate: (query, variables = {}) => client.iterate({ query, variables }),
    [Symbol.dispose]: () => client.dispose(),
  }
}

/** Each transport of subscriptions, for what holds for both. */
export const transports: readonly (readonly [name: string, open: OpenClient])[] = [
  ['over a WebSocket', overWebSocket],
  ['over server-sent events', overEvents],
]

/** The address of the WebSocket endpoint. */
export const webSocketUrl = (url: string): string => `${url.replace('http', 'ws')}/graphql`

const refusal = z.array(z.looseObject({ message: z.string(), extensions: z.record(z.string(), z.unknown()) }))

/** Reads an operation to its end. Over a WebSocket errors are its end; in a stream of events they are a result without data. */
export const outcomeOf = async (iterator: AsyncIterableIterator<object>): Promise<Outcome> => {
  const results: object[] = []
  try {
    for await (const result of iterator) {
      if ('errors' in result && !('data' in result)) return { results, errors: refusal.parse(result.errors) }
      results.push(result)
    }
    return { results, errors: [] }
  } catch (error) {
    const { success, data } = refusal.safeParse(error)
    if (!success) throw error
    return { results, errors: data }
  }
}

/** Has Magic Hour say this of a project that was made just now; an old one it would be asked about seldom. */
export const render = (magicHour: Pick<StubMagicHour, 'set'>, id: string, status: string): void =>
  magicHour.set(id, status, { created_at: new Date().toISOString() })
