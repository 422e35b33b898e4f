import type { FastifyRequest } from 'fastify'
import { TOKEN_HEADER_KEY, TOKEN_QUERY_KEY } from 'graphql-sse'
import { z } from 'zod'
import type { OperationRequest } from '../graphql/operation.ts'

/** What a request for an event stream asks for; or what is wrong with it, with the HTTP status for that. */
export type SseRequest =
  | { readonly operation: OperationRequest }
  | { readonly problem: { readonly statusCode: number; readonly message: string } }

const variables = z.record(z.string(), z.unknown()).nullish()
const inBody = z.object({ query: z.string(), operationName: z.string().nullish(), variables })
const inUrl = inBody.extend({
  variables: z
    .string()
    .optional()
    .transform((text, context): unknown => {
      try {
        return text === undefined ? null : JSON.parse(text)
      } catch {
        context.addIssue('this is no JSON.')
        return z.NEVER
      }
    })
    .pipe(variables),
})

/** Reads a request of the distinct connections mode of GraphQL over server-sent events: one operation, one stream. */
export const readSseRequest = ({ method, headers, query, body }: FastifyRequest): SseRequest => {
  if (!acceptsEvents(headers.accept)) return { problem: { statusCode: 406, message: 'Accept text/event-stream.' } }
  if (TOKEN_HEADER_KEY in headers || hasToken(query)) return { problem: { statusCode: 400, message: singleConnection } }
  const parsed = method === 'GET' ? inUrl.safeParse(query) : inBody.safeParse(body)
  if (parsed.success) return { operation: parsed.data }
  const [issue] = parsed.error.issues
  const place = issue?.path.map(String).join('.') ?? ''
  return { problem: { statusCode: 400, message: `${place === '' ? 'The request' : place}: ${issue?.message ?? ''}` } }
}

/** What a client of the mode that is not offered is told. */
export const singleConnection = 'There is no single connection mode: send each operation by itself, without a token.'

const acceptsEvents = (accept = '*/*'): boolean =>
  accept.split(',').some((range) => /^\s*(text\/event-stream|text\/\*|\*\/\*)\s*(;|$)/i.test(range))

const hasToken = (query: unknown): boolean => typeof query === 'object' && query !== null && TOKEN_QUERY_KEY in query
