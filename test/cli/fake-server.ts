import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { z } from 'zod'

/** Answers one request. */
export type Answer = (response: ServerResponse) => void

/** What is answered at each place, in order; the last answer stays. */
interface Script {
  CreateUploads: Answer[]
  RemoveBackground: Answer[]
  Job: Answer[]
  upload: Answer[]
  picture: Answer[]
}

/** A request as it came over the wire. */
export interface SeenRequest {
  readonly place: string
  readonly headers: IncomingMessage['headers']
  readonly bytes: number
  readonly variables: Record<string, unknown>
}

/** A GraphQL server with a file storage that answers what the test tells it to; untold, a job that is complete at once. */
export interface FakeServer extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  /** The requests that came to one place. */
  at(place: keyof Script): readonly SeenRequest[]
  script: Script
  /** A job in the shape of the API, complete unless said otherwise. */
  job(changes?: Record<string, unknown>): Record<string, unknown>
}

/** Answers with `data`. */
export const data = (value: Record<string, unknown>): Answer => json(200, { data: value })

/** Answers with one GraphQL error. */
export const refusal = (
  code: string,
  extensions: Record<string, unknown> = {},
  message = `Words for ${code}.`,
): Answer =>
  json(200, { data: null, errors: [{ message, extensions: { code, charged: 'NO', retryable: false, ...extensions } }] })

/** Answers with something else than JSON. */
export const page =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<html>no GraphQL here</html>')
  }

/** Breaks the connection after the request was read. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy()
}

const json =
  (status: number, body: unknown): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

/** Starts one on any free port. */
export const startFakeServer = async (): Promise<FakeServer> => {
  const seen: SeenRequest[] = []
  const png = await sharp({ create: { width: 4, height: 4, channels: 4, background: '#00000000' } })
    .png()
    .toBuffer()
  const http = createServer((request, response) => {
    void take(request).then((seenRequest) => {
      seen.push(seenRequest)
      const answers = scriptAt(fake.script, seenRequest.place)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      ;(answer ?? page(404))(response)
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`
  const job: FakeServer['job'] = (changes = {}) => ({
    id: 'job-1',
    status: 'COMPLETE',
    creditsCharged: 5,
    deleted: false,
    downloads: [{ url: `${url}/picture?signature=secret` }],
    error: null,
    ...changes,
  })
  const ticket = { filePath: 'api-assets/x.jpg', uploadUrl: `${url}/upload?signature=secret` }
  const fake: FakeServer = {
    url,
    seen,
    at: (place) => seen.filter((request) => request.place === place),
    job,
    script: {
      CreateUploads: [data({ createUploads: [ticket] })],
      RemoveBackground: [data({ removeBackground: job() })],
      Job: [data({ job: job() })],
      upload: [(response) => void response.writeHead(200).end()],
      picture: [(response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(png)],
    },
    [Symbol.asyncDispose]: async () => {
      http.close()
      http.closeAllConnections()
      await once(http, 'close')
    },
  }
  return fake
}

const scriptAt = (script: Script, place: string): Answer[] => {
  const places: Record<string, Answer[]> = { ...script }
  return places[place] ?? []
}

const graphqlBody = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) })

const take = async (request: IncomingMessage): Promise<SeenRequest> => {
  const body = await buffer(request)
  const path = (request.url ?? '').split('?')[0] ?? ''
  const seen = { headers: request.headers, bytes: body.length }
  if (path !== '/graphql') return { ...seen, place: path.slice(1), variables: {} }
  const { query, variables } = graphqlBody.parse(JSON.parse(body.toString('utf8')))
  return { ...seen, place: /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '', variables }
}
