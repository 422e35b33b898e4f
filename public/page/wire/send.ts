import { ConnectionLost, readFailure, refusalOf } from './failure.ts'
import { fieldOf } from './guards.ts'
import { type Operation, textOf } from './operations.ts'

/** What every request needs to know. */
export interface Wire {
  /** The `Authorization` header; null: no key is known. */
  authorization(): string | null
  /** Hears of each operation as it is sent. */
  onSend(operation: SentOperation): void
  /** Hears that the sandbox answered. */
  onSandbox(): void
}

/** An operation as it goes out. */
export interface SentOperation {
  readonly title: string
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly query: string
  readonly variables: object
}

/** Sends an operation by POST, and resolves to its data. @throws RequestRefused, ConnectionLost */
export type Send = <Result extends object, Variables extends object>(
  operation: Operation<Result, Variables>,
  variables: Variables,
) => Promise<Result>

/** A create may take 90 seconds, and the server follows it to its end. */
const timeLimitMs = 120_000

/** Makes what sends. */
export const createSend =
  (wire: Wire): Send =>
  async (operation, variables) => {
    const query = textOf(operation.document)
    wire.onSend({ title: operation.title, kind: operation.kind, query, variables })
    const body = await post(wire, JSON.stringify({ query, variables }))
    return dataIn(body, operation.isResult)
  }

/** The headers that show the key, if there is one. */
export const keyHeaders = ({ authorization }: Pick<Wire, 'authorization'>): Record<string, string> => {
  const value = authorization()
  return value === null ? {} : { authorization: value }
}

/** The data of an answer. @throws RequestRefused when there is none, ConnectionLost when it is no answer of this server */
export const dataIn = <T extends object>(answer: unknown, isResult: Operation<T, never>['isResult']): T => {
  const data = fieldOf(answer, 'data')
  const failure = readFailure(fieldOf(answer, 'errors'))
  if (failure !== null) throw refusalOf(failure)
  if (!isResult(data)) throw new ConnectionLost('The answer does not have the shape of the schema.')
  return data
}

const post = async (wire: Wire, body: string): Promise<unknown> => {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...keyHeaders(wire),
      },
      body,
      signal: AbortSignal.timeout(timeLimitMs),
    })
    if (response.headers.has('magic-hour-sandbox')) wire.onSandbox()
    const answer: unknown = await response.json()
    return answer
  } catch (error) {
    throw new ConnectionLost(error)
  }
}
