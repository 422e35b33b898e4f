import { domainErrorCatalogue, type ErrorEntry } from '../domain/error-catalogue.ts'
import type { ErrorCode } from './generated/resolvers.ts'

const clientFault = (message: string): ErrorEntry => ({ message, retryable: false, charged: 'NO' })

/** Every code of the schema's `ErrorCode`, and what it means: the domain's own, and those of GraphQL over HTTP. */
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorEntry>> = {
  ...domainErrorCatalogue,
  BAD_REQUEST: clientFault('This is no GraphQL request over HTTP.'),
  GRAPHQL_PARSE_FAILED: clientFault('The document is not valid GraphQL.'),
  GRAPHQL_VALIDATION_FAILED: clientFault('The document does not fit the schema or the limits.'),
  OPERATION_RESOLUTION_FAILURE: clientFault('The operation to run could not be found in the document.'),
  PERSISTED_QUERY_NOT_FOUND: { message: 'Send the query with its hash.', retryable: true, charged: 'NO' },
  PERSISTED_QUERY_NOT_SUPPORTED: clientFault('Persisted queries are not offered.'),
  // A fault nobody foresaw can strike on either side of the payment.
  INTERNAL_SERVER_ERROR: { message: 'Internal error', retryable: false, charged: 'UNKNOWN' },
}

/** Whether a text is one of the permanent codes. */
export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCatalogue, code)
