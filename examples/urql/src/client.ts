import { createClient } from 'graphql-sse'
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from 'urql'

const events = createClient({ url: '/graphql/stream' })

/** Queries and mutations go over HTTP, subscriptions over server-sent events: plain HTTP too, which every proxy lets through. */
export const client = new Client({
  url: '/graphql',
  // A GET without a header of its own is refused, as it may come from a page of somebody else.
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables = {} }) => ({
        subscribe: (sink) => ({ unsubscribe: events.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
})
