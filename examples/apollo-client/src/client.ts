import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, ServerError } from '@apollo/client'
import { RetryLink } from '@apollo/client/link/retry'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { OperationTypeNode } from 'graphql'
import { createClient } from 'graphql-ws'

/** Sends again by itself what nobody can pay for twice: queries, and a mutation under an idempotency key. */
const retry = new RetryLink({
  attempts: { max: 3, retryIf: (error, operation) => mayHavePassed(error) && isSafeToRepeat(operation) },
})

const mayHavePassed = (error: unknown): boolean => !ServerError.is(error) || error.statusCode >= 500

const isSafeToRepeat = ({ operationType, variables }: ApolloLink.Operation): boolean =>
  operationType === OperationTypeNode.QUERY || 'idempotencyKey' in variables

const http = ApolloLink.from([retry, new HttpLink({ uri: '/graphql' })])

const webSocket = new GraphQLWsLink(
  createClient({
    url: () => new URL('/graphql', location.origin.replace(/^http/, 'ws')).href,
    lazyCloseTimeout: 5_000,
  }),
)

/** Jobs are kept by their `id`, so that news of one show wherever it is shown. */
const cache = new InMemoryCache({
  typePolicies: {
    Query: {
      fields: {
        // Pages of one list grow together; each filter has a list of its own.
        jobs: relayStylePagination(['filter']),
      },
    },
  },
})

/** Subscriptions go over one WebSocket, all else over HTTP. */
export const client = new ApolloClient({
  cache,
  link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, webSocket, http),
})
