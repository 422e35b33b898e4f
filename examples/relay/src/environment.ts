import { createClient } from 'graphql-ws'
import {
  Environment,
  type FetchFunction,
  Network,
  Observable,
  type PayloadData,
  RecordSource,
  Store,
  type SubscribeFunction,
} from 'relay-runtime'
import { type GraphQLFailure, RequestFailed } from './request-failed'

/** Relay passes over errors beside data, so a request that failed is made an exception here, with its code. */
const ask: FetchFunction = async ({ text: query }, variables) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors }: { data: PayloadData; errors?: readonly GraphQLFailure[] } = await response.json()
  if (errors !== undefined) throw new RequestFailed(errors)
  return { data }
}

const webSocket = createClient({
  url: () => new URL('/graphql', location.origin.replace(/^http/, 'ws')).href,
  lazyCloseTimeout: 5_000,
})

const subscribe: SubscribeFunction = ({ text, name }, variables) =>
  Observable.create((sink) =>
    webSocket.subscribe<PayloadData>(
      { query: text ?? '', operationName: name, variables },
      {
        next: ({ data, errors = [] }) => (data ? sink.next({ data }) : sink.error(new RequestFailed(errors))),
        error: (cause) => sink.error(new Error('The connection broke.', { cause })),
        complete: () => sink.complete(),
      },
    ),
  )

/** Subscriptions go over one WebSocket, all else over HTTP. */
export const environment = new Environment({
  network: Network.create(ask, subscribe),
  store: new Store(new RecordSource()),
})
