import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  executeSync,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { ErrorCode } from './generated/resolvers.ts'
import { createLastUsed } from './last-used.ts'
import { documentRules, parseOptions, validationOptions } from './limits.ts'

/** A document that may run, and the operation of it that was asked for; or why it may not. */
export type Reading =
  | { readonly document: DocumentNode; readonly operation: OperationDefinitionNode }
  | { readonly errors: readonly GraphQLError[] }

/** Reads the document of a request. */
export type ReadDocument = (request: {
  readonly query: string
  readonly operationName?: string | null | undefined
}) => Reading

/** Thousands of clients send the same few documents, and a long subscription holds its own as long as it lasts. */
const maxKept = 100

/** Of the longest documents each is another one. */
const maxKeptCharacters = 10_000

/**
 * Makes the reader of documents that do not come through Apollo Server: with the same limits, errors and codes as they have
 * over HTTP. The valid ones that were read last are kept, as Apollo Server keeps its own.
 */
export const createReadDocument = (schema: GraphQLSchema, introspection: boolean): ReadDocument => {
  const rules = [...specifiedRules, ...documentRules(introspection)]
  const valid = createLastUsed<DocumentNode>(maxKept)
  const readNew = (query: string): DocumentNode | readonly GraphQLError[] => {
    const document = parseDocument(query)
    if (document instanceof GraphQLError) return [document]
    const errors = validate(schema, document, rules, validationOptions(introspection))
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'))
    if (query.length <= maxKeptCharacters) valid.set(query, document)
    return document
  }
  return ({ query, operationName }) => {
    const document = valid.get(query) ?? readNew(query)
    if (!('kind' in document)) return { errors: document }
    const operation = getOperationAST(document, operationName)
    if (operation) return { document, operation }
    // graphql-js has the words for each way in which there can be none.
    const { errors: reasons = [] } = executeSync({ schema, document, operationName: operationName ?? null })
    return { errors: reasons.map((error) => withCode(error, 'OPERATION_RESOLUTION_FAILURE')) }
  }
}

/** The same error with a permanent code. */
export const withCode = (error: GraphQLError, code: ErrorCode): GraphQLError =>
  restate(error, { message: error.message, extensions: { code } })

/** The same error, at the same place, in other words. */
export const restate = (
  { nodes, source, positions, path }: GraphQLError,
  { message, extensions }: Pick<GraphQLError, 'message'> & { readonly extensions: Record<string, unknown> },
): GraphQLError =>
  new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path === undefined || path.length === 0 ? null : path,
    extensions,
  })

const parseDocument = (query: string): DocumentNode | GraphQLError => {
  try {
    return parse(query, parseOptions)
  } catch (error) {
    if (error instanceof GraphQLError) return withCode(error, 'GRAPHQL_PARSE_FAILED')
    throw error
  }
}
