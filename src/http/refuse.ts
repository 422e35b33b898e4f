import type { FastifyError, FastifyReply } from 'fastify'
import { errorCatalogue } from '../graphql/error-catalogue.ts'
import type { ErrorCode } from '../graphql/generated/resolvers.ts'

/** An error in the shape that GraphQL clients read. */
export const errorBody = (code: ErrorCode, words?: string) => {
  const { message, retryable, charged } = errorCatalogue[code]
  return { errors: [{ message: words ?? message, extensions: { code, retryable, charged } }] }
}

/** Answers that the request itself is wrong: by default with 400. */
export const refuse = (
  reply: FastifyReply,
  { statusCode = 400, message }: Pick<FastifyError, 'message'> & { readonly statusCode?: number | undefined },
): FastifyReply => reply.code(statusCode).send(errorBody('BAD_REQUEST', message))
