import { unwrapResolverError } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError, isValueNode } from 'graphql'
import {
  DomainError,
  IdempotencyConflict,
  InvalidArgument,
  JobNotRecorded,
  SubmissionUnknown,
} from '../domain/errors.ts'
import { errorCatalogue, isErrorCode } from './error-catalogue.ts'
import type { ErrorCode } from './generated/resolvers.ts'

/**
 * Says an error to the outside: code, whether to try again, whether it cost credits, and what Magic Hour said. Whatever
 * nobody foresaw becomes «Internal error»; its details are for the log alone.
 *
 * @param formatted the error as Apollo Server would send it
 * @param error     the error itself
 */
export const formatError = (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
  const original = unwrapResolverError(error)
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  }
  if (original instanceof DomainError) return { ...place, ...describeError(original) }

  const code = codeOf(formatted, error)
  const { message, retryable, charged } = errorCatalogue[code]
  return {
    ...place,
    message: code === 'INTERNAL_SERVER_ERROR' ? message : formatted.message,
    extensions: { code, retryable, charged },
  }
}

/** An error of the domain as it is told outside, in GraphQL and on every other path. */
export const describeError = (error: DomainError): Pick<GraphQLFormattedError, 'message' | 'extensions'> => ({
  message: messageOf(error),
  extensions: extensionsOf(error),
})

/** What the log needs to tell the story of an error: an error of ours has its own words, so what it came from. */
export const storyOf = (error: GraphQLError): unknown => {
  const original = unwrapResolverError(error)
  return original instanceof DomainError ? original.cause : original
}

const codeOf = ({ extensions }: GraphQLFormattedError, error: unknown): ErrorCode => {
  const said = extensions?.['code']
  if (isErrorCode(said) && said !== 'INTERNAL_SERVER_ERROR') return said
  if (isUnfitArgument(error)) return 'BAD_USER_INPUT'
  return isClientFault(error) ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR'
}

/** A variable may be null where an argument may not, if it has a default: graphql-js finds that out when the field is about to run. */
const isUnfitArgument = (error: unknown): boolean => {
  const [place] =
    error instanceof GraphQLError && error.originalError instanceof GraphQLError ? (error.nodes ?? []) : []
  return place !== undefined && isValueNode(place)
}

/** Apollo Server refuses some requests with a status and no code: a persisted query whose hash does not fit, for example. */
const isClientFault = (error: unknown): boolean => {
  const head: unknown = error instanceof GraphQLError ? error.extensions['http'] : null
  return typeof head === 'object' && head !== null && 'status' in head && head.status === 400
}

const messageOf = (error: DomainError): string =>
  error.message === '' ? errorCatalogue[error.code].message : error.message

const extensionsOf = (error: DomainError): Record<string, unknown> => {
  const { retryable, charged } = errorCatalogue[error.code]
  return {
    code: error.code,
    retryable,
    charged,
    ...(error.retryAfterSeconds !== null && { retryAfterSeconds: error.retryAfterSeconds }),
    ...(error.upstream !== null && { upstream: error.upstream }),
    ...(error instanceof InvalidArgument && { argument: error.argument }),
    ...(error instanceof JobNotRecorded && { jobId: error.jobId }),
    ...(error instanceof IdempotencyConflict && error.jobId !== null && { jobId: error.jobId }),
    ...((error instanceof SubmissionUnknown || error instanceof JobNotRecorded) &&
      error.submissionName !== null && { submissionName: error.submissionName }),
  }
}
