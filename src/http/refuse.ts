import type { FastifyError, FastifyReply } from 'fastify'
import type { DomainError } from '../domain/errors.ts'
import { errorCatalogue } from '../graphql/error-catalogue.ts'
import { describeError } from '../graphql/format-error.ts'
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

/** Answers with an error of the domain, on the paths that are not GraphQL: by default with the status of its code. */
export const refuseWith = (
  reply: FastifyReply,
  error: DomainError,
  statusCode = statusOf(error.code),
): FastifyReply => {
  if (error.retryAfterSeconds !== null) reply.header('retry-after', String(error.retryAfterSeconds))
  return reply.code(statusCode).send({ errors: [describeError(error)] })
}

const statuses: Partial<Record<ErrorCode, number>> = {
  // The id in the path can be nobody's.
  BAD_USER_INPUT: 404,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 503,
  UNPROCESSABLE: 422,
  UPSTREAM_UNAVAILABLE: 503,
  LEDGER_UNAVAILABLE: 503,
  UPLOAD_LINK_INVALID: 403,
  FILE_FORMAT_MISMATCH: 415,
  FILE_SIZE_MISMATCH: 400,
}

const statusOf = (code: ErrorCode): number => statuses[code] ?? (errorCatalogue[code].retryable ? 503 : 502)
