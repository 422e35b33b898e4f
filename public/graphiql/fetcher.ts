import { type Fetcher, type FetcherParams, createGraphiQLFetcher } from '@graphiql/toolkit'
import { OperationTypeNode, getOperationAST, parse } from 'graphql'
import { subscribe } from './subscribe.ts'

/**
 * Makes what sends GraphiQL's operations: to `/graphql` of this origin, subscriptions over WebSocket or server-sent events. The
 * headers of the editor go with each of them.
 *
 * A variable `id` that is empty stands for the job that was made last on this page, so that its id need not be copied from one
 * tab to the next.
 */
export const createFetcher = (origin: string): Fetcher => {
  const ask = createGraphiQLFetcher({ url: `${origin}/graphql`, enableIncrementalDelivery: false })
  const endpoints = { webSocket: `${origin.replace(/^http/, 'ws')}/graphql`, events: `${origin}/graphql/stream` }
  let lastJobId = ''
  return async (sent, options) => {
    const params = withKnownName(sent)
    const variables = withJobId(recordOf(params.variables), lastJobId)
    if (isSubscription(params)) {
      const { query, operationName } = params
      const request = { query, ...(typeof operationName === 'string' && { operationName }), variables }
      return subscribe(endpoints, request, textsOf(options?.headers))
    }
    const result = await ask({ ...params, variables }, options)
    lastJobId = madeJobId(result) ?? lastJobId
    return result
  }
}

const withJobId = (variables: Record<string, unknown>, jobId: string): Record<string, unknown> =>
  variables['id'] === '' ? { ...variables, id: jobId } : variables

/**
 * Right after a change of tabs GraphiQL still sends the name of the operation before: one that the document does not have is left
 * out, and the server runs the only one there is.
 */
const withKnownName = (params: FetcherParams): FetcherParams => {
  const { operationName, ...rest } = params
  try {
    return getOperationAST(parse(params.query), operationName) ? params : rest
  } catch {
    return params
  }
}

/** A document that cannot be parsed is sent as it is: the server has the words for what is wrong with it. */
const isSubscription = ({ query, operationName }: { query: string; operationName?: string | null }): boolean => {
  try {
    return getOperationAST(parse(query), operationName)?.operation === OperationTypeNode.SUBSCRIPTION
  } catch {
    return false
  }
}

const madeJobId = (result: unknown): string | null => {
  const id = recordOf(recordOf(recordOf(result)['data'])['removeBackground'])['id']
  return typeof id === 'string' ? id : null
}

const textsOf = (headers: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(recordOf(headers)).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
