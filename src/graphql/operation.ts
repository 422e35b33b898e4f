import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  execute,
  locatedError,
  subscribe,
} from 'graphql'
import { type DomainError, ShuttingDown } from '../domain/errors.ts'
import type { CreateContext, IncomingRequest } from './context.ts'
import { type ReadDocument, type Reading, createReadDocument, restate, withCode } from './document.ts'
import { formatError } from './format-error.ts'
import { type Log, logFaults, logOperation } from './log-operation.ts'

/** What a client asks for, as its transport brought it. */
export interface OperationRequest {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Record<string, unknown> | null | undefined
}

/** Nothing comes, or nothing more comes, of an operation: the document may not run, or the subscription has failed. */
export class OperationRefused extends Error {
  /** What the client is told: errors with permanent codes, and no data. */
  readonly result: ExecutionResult & { readonly errors: readonly GraphQLError[] }

  constructor(result: OperationRefused['result']) {
    super(result.errors[0]?.message)
    this.name = 'OperationRefused'
    this.result = result
  }
}

/** An operation that may run. */
export interface Operation {
  readonly kind: OperationTypeNode
  /** What graphql-js needs to run it. */
  readonly args: ExecutionArgs
  /**
   * Runs it when first asked: one result, or for a subscription each as it comes, every error with its code. `return()` ends a
   * subscription and a wait at once; a mutation that has begun goes on to its end. Throws OperationRefused.
   */
  readonly results: AsyncIterableIterator<ExecutionResult, void, void>
  /** Resolves when nothing of it is under way any more. */
  readonly ended: Promise<void>
}

/** Runs operations for the transports that do not come through Apollo Server. */
export interface Operations {
  /** @throws OperationRefused when the document may not run, or the server is shutting down */
  prepare(request: OperationRequest, from: Omit<IncomingRequest, 'signal'>): Operation
  /** Refuses an operation that its transport has no room for. */
  refuse(error: DomainError, requestId: string): OperationRefused
}

interface OperationsOptions {
  readonly schema: GraphQLSchema
  readonly createContext: CreateContext
  readonly log: Log
  /** Whether every result says that the sandbox gave it. */
  readonly isSandbox: boolean
  readonly isStopping: () => boolean
  /** Whether the schema can be read by `__schema` and `__type`. Default: true. */
  readonly introspection?: boolean
}

/** Makes what runs operations. Each has its own context, and so its own loaders. */
export const createOperations = ({
  schema,
  createContext,
  log,
  isSandbox,
  isStopping,
  introspection = true,
}: OperationsOptions): Operations => {
  const readDocument = createReadDocument(schema, introspection)
  const extensions = isSandbox ? { extensions: { sandbox: true } } : {}
  const refusal = (errors: readonly GraphQLError[], report: Report): OperationRefused => {
    const told = report.tell(errors)
    report.end(null)
    return new OperationRefused({ errors: told, ...extensions })
  }
  return {
    refuse: (error, requestId) => refusal([at(null, error)], createReport(log, requestId)),
    prepare: (request, from) => {
      const report = createReport(log, from.requestId)
      const reading = isStopping() ? { errors: [at(null, new ShuttingDown())] } : read(readDocument, request)
      if ('errors' in reading) throw refusal(reading.errors, report)
      const { document, operation } = reading
      const gone = new AbortController()
      const args = {
        schema,
        document,
        operationName: request.operationName,
        variableValues: request.variables,
        contextValue: createContext({ ...from, signal: gone.signal }),
      }
      const results = run({ args, operation, report, extensions })
      return { kind: operation.operation, args, ...endable(results, gone) }
    },
  }
}

const read = (readDocument: ReadDocument, request: OperationRequest): Reading => {
  try {
    return readDocument(request)
  } catch (error) {
    return { errors: [at(null, error)] }
  }
}

interface Run {
  readonly args: ExecutionArgs
  readonly operation: OperationDefinitionNode
  readonly report: Report
  readonly extensions: Pick<ExecutionResult, 'extensions'>
}

const run = async function* ({
  args,
  operation,
  report,
  extensions,
}: Run): AsyncGenerator<ExecutionResult, void, void> {
  try {
    for await (const { data, errors: met = [] } of execution(args, operation.operation)) {
      const errors = report.tell(data === undefined ? met.map(asUserInput) : met)
      if (data === undefined) throw new OperationRefused({ errors, ...extensions })
      yield { ...(errors.length > 0 && { errors }), data, ...extensions }
    }
  } catch (error) {
    if (error instanceof OperationRefused) throw error
    throw new OperationRefused({ errors: report.tell([at(operation, error)]), ...extensions })
  } finally {
    report.end(operation)
  }
}

const execution = async function* (args: ExecutionArgs, kind: OperationTypeNode): AsyncGenerator<ExecutionResult> {
  const outcome = await (kind === OperationTypeNode.SUBSCRIPTION ? subscribe(args) : execute(args))
  if (Symbol.asyncIterator in outcome) yield* outcome
  else yield outcome
}

/** A generator that waits takes its `return` only once the wait is over, so the wait is ended first. */
const endable = (
  results: AsyncGenerator<ExecutionResult, void, void>,
  gone: AbortController,
): Pick<Operation, 'results' | 'ended'> => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const step = async (result: Promise<IteratorResult<ExecutionResult, void>>) => {
    const settled = await result.catch((error: unknown) => {
      end()
      throw error
    })
    if (settled.done === true) end()
    return settled
  }
  return {
    ended,
    results: {
      next: () => step(results.next()),
      return: () => {
        gone.abort()
        return step(results.return())
      },
      [Symbol.asyncIterator]() {
        return this
      },
    },
  }
}

interface Report {
  /** Logs the faults among errors, and says all as they are told outside. */
  tell(errors: readonly GraphQLError[]): GraphQLError[]
  /** Logs the operation, with the errors that were told. */
  end(operation: OperationDefinitionNode | null): void
}

const createReport = (log: Log, requestId: string): Report => {
  const codes: unknown[] = []
  return {
    tell: (errors) => {
      logFaults(log, requestId, errors)
      const told = errors.map(outward)
      codes.push(...told.map(({ extensions }) => extensions['code']))
      return told
    },
    end: (operation) => logOperation(log, { requestId, operation, codes }),
  }
}

const outward = (error: GraphQLError): GraphQLError => {
  const { message, extensions = {} } = formatError(error.toJSON(), error)
  return restate(error, { message, extensions })
}

/** A variable that does not fit its type: Apollo Server gives it the same code. */
const asUserInput = (error: GraphQLError): GraphQLError =>
  error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION ? withCode(error, 'BAD_USER_INPUT') : error

/** The error of a whole operation, as if its first field had failed: only one with a path is read for what it came from. */
const at = (operation: OperationDefinitionNode | null, error: unknown): GraphQLError => {
  const field = operation?.selectionSet.selections.find((selection) => selection.kind === Kind.FIELD)
  return locatedError(error, field && [field], field ? [field.alias?.value ?? field.name.value] : [])
}
