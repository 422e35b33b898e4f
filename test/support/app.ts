import { pino } from 'pino'
import { request } from 'undici'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'

/** What a GraphQL request came to, as the client sees it. */
export interface GraphQLAnswer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly data: Record<string, unknown> | null
  readonly errors: readonly GraphQLAnswerError[]
  readonly extensions: Record<string, unknown>
}

/** One entry of `errors`. */
export interface GraphQLAnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Record<string, unknown>
}

/** A whole app on loopback, with a client for it. */
export interface TestApp extends AsyncDisposable {
  readonly url: string
  /** Every line of the log, as text. */
  readonly log: readonly string[]
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<GraphQLAnswer>
  stop(): Promise<void>
}

/** Starts the app on a free port, with these settings on top of a silent default. */
export const startApp = async (environment: Record<string, string> = {}): Promise<TestApp> => {
  const log: string[] = []
  const logger = pino({ level: 'trace', base: null }, { write: (line: string) => void log.push(line) })
  const settings = { PORT: '0', SANDBOX_RENDER_MS: '0', DATA_DIR: 'memory:', ...environment }
  // The stub says what it is told to at once, so look-ups come within tens of milliseconds.
  const app = createApp(loadConfig(settings), { logger, medianRenderMs: 40 })
  await app.start()
  return {
    url: app.url,
    log,
    ask: (query, variables = {}, headers = {}) => ask(app.url, { query, variables }, headers),
    stop: () => app.stop(),
    [Symbol.asyncDispose]: () => app.stop(),
  }
}

/** Sends one GraphQL request over HTTP and reads the answer. */
export const ask = async (
  url: string,
  body: { readonly query: string; readonly variables: Record<string, unknown> },
  headers: Record<string, string> = {},
): Promise<GraphQLAnswer> => {
  const response = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const answer = parseAnswer(await response.body.json())
  return { status: response.statusCode, headers: response.headers, data: null, errors: [], extensions: {}, ...answer }
}

const parseAnswer = (value: unknown): Partial<GraphQLAnswer> =>
  typeof value === 'object' && value !== null ? value : {}
