import { setImmediate as pendingInput } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import type { Clock } from '../domain/ports.ts'

/** One HTTP request, once. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | null
  /** Milliseconds until the attempt is given up. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * What came of a request:
 * - `not-sent`: not one byte of it was written, so the server cannot have acted on it;
 * - `no-answer`: it was written, and no answer came;
 * - `answer`: with `isComplete: false` when the body was cut off, was too large, or stopped coming.
 */
export type TransportOutcome =
  | { readonly kind: 'not-sent'; readonly cause: unknown }
  | { readonly kind: 'no-answer'; readonly cause: unknown }
  | TransportAnswer

/** An answer: its status, the headers in lower case, and as much of the body as came. */
export interface TransportAnswer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly isComplete: boolean
}

/** Sends requests to one server. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportOutcome>
  /** Waits for what is under way, then closes the connections. */
  close(): Promise<void>
}

interface TransportOptions {
  readonly origin: string
  readonly clock: Pick<Clock, 'sleep'>
  /** How long an idle connection is kept for the next request. */
  readonly keepAliveMs: number
}

/** Answers of this API are a few kilobytes; more than this is no answer of it. */
const maxBodyBytes = 1_048_576

/**
 * Makes a transport on undici's `dispatch`, whose `onRequestStart` comes just before the first byte is written: it tells
 * exactly what may safely be sent again. Redirects are not followed. HTTP/2 stays off: there a request can be refused after
 * it was written, which blurs that line.
 */
export const createTransport = ({ origin, clock, keepAliveMs }: TransportOptions): Transport => {
  const pool = new Pool(origin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
  })
  return {
    send: (request) => exchange(pool, clock, request),
    close: () => pool.close(),
  }
}

/** Without a reason of its own, each abort would make an error with a stack that nobody reads. */
const answered = 'answered'

const exchange = async (
  pool: Pool,
  clock: Pick<Clock, 'sleep'>,
  { method, path, headers, body, timeoutMs, signal }: TransportRequest,
): Promise<TransportOutcome> => {
  const collector = createCollector()
  const timer = new AbortController()
  const giveUp = () => collector.giveUp(signal?.reason)
  if (signal?.aborted === true) giveUp()
  signal?.addEventListener('abort', giveUp, { once: true })
  pool.dispatch({ method, path, headers, body }, collector.handler)
  void clock.sleep(timeoutMs, timer.signal).then(async () => {
    if (timer.signal.aborted) return
    // After a stall of the whole process the timers come first, while the answer lies unread in the socket.
    await pendingInput()
    collector.giveUp(new AttemptTimedOut(timeoutMs))
  })
  try {
    return await collector.outcome
  } finally {
    timer.abort(answered)
    signal?.removeEventListener('abort', giveUp)
  }
}

/** No answer came within the time of one attempt. */
class AttemptTimedOut extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`)
    this.name = 'AttemptTimedOut'
  }
}

/** The answer is larger than any this API gives. */
class BodyTooLarge extends Error {
  constructor() {
    super(`the answer is larger than ${maxBodyBytes} bytes`)
    this.name = 'BodyTooLarge'
  }
}

const createCollector = () => {
  const { promise: outcome, resolve } = Promise.withResolvers<TransportOutcome>()
  const chunks: Buffer[] = []
  let size = 0
  let head: Pick<TransportAnswer, 'status' | 'headers'> | null = null
  let controller: Dispatcher.DispatchController | null = null
  let gaveUp: Error | null = null

  const end = (isComplete: boolean, cause: unknown): void => {
    if (head !== null) resolve({ kind: 'answer', ...head, body: Buffer.concat(chunks).toString('utf8'), isComplete })
    else resolve(controller === null ? { kind: 'not-sent', cause } : { kind: 'no-answer', cause })
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (started) => {
      // Aborting here, before the first byte, keeps a request off the wire that was given up while it waited for a connection.
      if (gaveUp !== null) started.abort(gaveUp)
      else controller = started
    },
    onResponseStart: (_controller, status, headers) => {
      // 1xx are only announcements of the real answer.
      if (status >= 200) head = { status, headers }
    },
    onResponseData: (current, chunk) => {
      size += chunk.byteLength
      if (size > maxBodyBytes) current.abort(new BodyTooLarge())
      else chunks.push(chunk)
    },
    onResponseEnd: () => end(true, null),
    onResponseError: (_controller, error) => end(false, error),
  }
  const giveUp = (reason: unknown): void => {
    gaveUp = reason instanceof Error ? reason : new AttemptTimedOut(0)
    end(false, gaveUp)
    controller?.abort(gaveUp)
  }
  return { handler, outcome, giveUp }
}
