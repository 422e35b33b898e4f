import { type Dispatcher, request } from 'undici'
import { z } from 'zod'
import { CommandFailure, ServerUnreachable, UnreadableAnswer } from './failures.ts'
import { printable } from './text.ts'

/** One operation, and how its answer is read. */
export interface Operation<T> {
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
  /** Reads `data`. */
  readonly data: z.ZodType<T>
}

/** Sends GraphQL operations to one server. */
export interface GraphQLClient {
  /**
   * @returns what `data` says; null: the field is null, and no error says why
   * @throws RequestRefused     the server answered with errors and without data
   * @throws ServerUnreachable  no connection, or it broke
   * @throws UnreadableAnswer   something else than this API answered
   */
  send<T>(operation: Operation<T | null>, signal?: AbortSignal): Promise<T | null>
}

interface ClientOptions {
  readonly url: URL
  /** Shown as a bearer token; null: none is. */
  readonly key: string | null
  readonly dispatcher: Dispatcher
  /** Called for each answer that a sandbox gave. */
  readonly onSandbox: () => void
}

/** The server answered with errors: its first one, and what it means for the person's money. */
export class RequestRefused extends CommandFailure {
  readonly charged: 'NO' | 'YES' | 'UNKNOWN' | null
  readonly retryable: boolean
  readonly retryAfterSeconds: number | null
  /** A job that was made and paid although the request failed; of a conflict, the one that the idempotency key stands for. */
  readonly jobId: string | null
  /** The name that a submission was sent under whose outcome is not known. */
  readonly submissionName: string | null

  constructor({ message, extensions }: GraphQLFault) {
    super(`${printable(extensions.code, 60)}: ${printable(message)}${hintFor(extensions.code)}`, {
      code: extensions.code,
    })
    this.charged = extensions.charged
    this.retryable = extensions.retryable
    this.retryAfterSeconds = extensions.retryAfterSeconds
    this.jobId = extensions.jobId
    this.submissionName = extensions.submissionName
  }
}

/**
 * A server may hold an answer for 60 s on request, and takes up to 90 s to have a job made; whoever leaves before leaves a
 * paid job behind.
 */
const answerTimeoutMs = 150_000

/** Makes a client. Redirects are not followed: the key is for this server alone. */
export const createGraphQLClient = ({ url, key, dispatcher, onSandbox }: ClientOptions): GraphQLClient => ({
  send: async ({ document, variables, data }, signal) => {
    const { status, text, location } = await post()
    const answer = envelope.safeParse(parseJson(text)).data
    if (answer === undefined) throw new UnreadableAnswer(url.origin, status, unreadableHint(status, location))
    if (answer.extensions.sandbox) onSandbox()
    const value = data.safeParse(answer.data)
    if (value.success && value.data !== null) return value.data
    const [fault] = answer.errors
    if (fault !== undefined) throw new RequestRefused(fault)
    if (!value.success) throw new UnreadableAnswer(url.origin, status, 'Is it another version?')
    return null

    async function post() {
      try {
        const { statusCode, headers, body } = await request(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/graphql-response+json, application/json;q=0.9',
            ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          },
          body: JSON.stringify({ query: document, variables }),
          headersTimeout: answerTimeoutMs,
          bodyTimeout: answerTimeoutMs,
          dispatcher,
          ...(signal && { signal }),
        })
        return { status: statusCode, text: await body.text(), location: headers['location'] }
      } catch (error) {
        signal?.throwIfAborted()
        throw new ServerUnreachable(url.origin, error)
      }
    }
  },
})

const fault = z.object({
  message: z.string().catch('(no message)'),
  extensions: z
    .object({
      code: z.string().catch('UNKNOWN'),
      charged: z.enum(['NO', 'YES', 'UNKNOWN']).nullable().catch(null),
      retryable: z.boolean().catch(false),
      retryAfterSeconds: z.number().min(0).nullable().catch(null),
      jobId: z.string().min(1).nullable().catch(null),
      submissionName: z.string().nullable().catch(null),
    })
    .catch({
      code: 'UNKNOWN',
      charged: null,
      retryable: false,
      retryAfterSeconds: null,
      jobId: null,
      submissionName: null,
    }),
})
type GraphQLFault = z.output<typeof fault>

const envelope = z
  .object({
    data: z.unknown(),
    errors: z.array(fault).default([]),
    extensions: z.object({ sandbox: z.boolean().catch(false) }).catch({ sandbox: false }),
  })
  .refine(({ data, errors }) => data !== undefined || errors.length > 0)

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const hintFor = (code: string): string =>
  code === 'UNAUTHENTICATED'
    ? '\nGive a key that is accepted: --key-file <path>, or MAGIC_HOUR_API_KEY where no --server is given.'
    : ''

const unreadableHint = (status: number, location: string | string[] | undefined): string =>
  status >= 300 && status < 400 && typeof location === 'string'
    ? `It redirects, which is not followed: give --server the address it leads to, ${printable(location.replace(/[?#].*$/, ''))}`
    : 'Is --server the address of a magic-hour-graphql server?'
