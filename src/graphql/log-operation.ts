import type { GraphQLError, OperationDefinitionNode } from 'graphql'
import { isErrorCode } from './error-catalogue.ts'
import { formatError, storyOf } from './format-error.ts'

/** What is needed of a logger. */
export interface Log {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Logs a fault that nobody foresaw, with its stack, and a job that is paid, or may be, and does not reach the client. */
export const logFaults = (log: Log, requestId: string, errors: readonly GraphQLError[]): void => {
  for (const error of errors) {
    const { code, charged, jobId } = formatError(error.toJSON(), error).extensions ?? {}
    const words = code === 'INTERNAL_SERVER_ERROR' ? 'unforeseen error' : 'credits may be spent without a job'
    if (charged !== 'NO') log.error({ requestId, code, jobId, err: storyOf(error) }, words)
  }
}

/** What an operation came to. */
export interface OperationSummary {
  readonly requestId: string
  /** null: the document could not be run. */
  readonly operation: OperationDefinitionNode | null
  /** Of its errors, as they were told outside. */
  readonly codes: readonly unknown[]
}

/** Logs an operation by its kind, its name and the codes of its errors; never by its text or variables, which may hold signed links. */
export const logOperation = (log: Log, { requestId, operation, codes }: OperationSummary): void => {
  log.info(
    {
      requestId,
      operation: operation?.operation ?? null,
      operationName: operation?.name?.value ?? null,
      ...(codes.length > 0 && { errors: codes.filter(isErrorCode) }),
    },
    'operation',
  )
}
