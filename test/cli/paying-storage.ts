import sharp from 'sharp'
import { z } from 'zod'
import { type Respond, json, startStub } from '../support/stub-server.ts'

/** A Magic Hour that takes uploads, charges for each create and remembers for what. */
export interface PayingStorage extends AsyncDisposable {
  readonly url: string
  /** What was paid for, in order: the upload's place, and what lay there. */
  readonly paid: readonly { readonly filePath: string; readonly content: string }[]
  /** How many creates came, also those that were refused. */
  creates(): number
  /** How many uploads came. */
  uploads(): number
  /** Answers the next create like this, instead of making a job. */
  nextCreate(respond: Respond): void
  /** Keeps jobs from being complete until the returned function is called. */
  holdRenders(): () => void
  /** Lets this job end in an error, refunded. */
  failRender(id: string): void
}

const createBody = z.object({ assets: z.object({ image_file_path: z.string() }) })

/** Starts one. Its first job is `paid-1`. */
export const startPayingStorage = async (): Promise<PayingStorage> => {
  const png = await sharp({ create: { width: 4, height: 4, channels: 4, background: '#00000000' } })
    .png()
    .toBuffer()
  const files = new Map<string, string>()
  const paid: { filePath: string; content: string; createdAt: string }[] = []
  const answers: Respond[] = []
  const failed = new Set<string>()
  let tickets = 0
  let isHeld = false
  const create: Respond = (response, request) => {
    const answer = answers.shift()
    if (answer !== undefined) return answer(response, request)
    const filePath = createBody.parse(JSON.parse(request.body)).assets.image_file_path
    paid.push({ filePath, content: files.get(filePath) ?? '', createdAt: new Date().toISOString() })
    return json(200, { id: `paid-${paid.length}`, credits_charged: 5 })(response, request)
  }
  const project = (id: string): unknown => ({
    id,
    name: null,
    status: failed.has(id) ? 'error' : isHeld ? 'rendering' : 'complete',
    image_count: 1,
    type: 'BACKGROUND_REMOVER',
    created_at: paid[Number(id.replace('paid-', '')) - 1]?.createdAt,
    enabled: true,
    credits_charged: failed.has(id) ? 0 : 5,
    downloads:
      isHeld || failed.has(id)
        ? []
        : [{ url: `${server.url.origin}/picture/${id}?sig=s`, expires_at: '2099-01-01T00:00:00Z' }],
    error: failed.has(id) ? { code: 'unknown_error', message: 'It broke.' } : null,
  })
  const server = await startStub((response, request) => {
    const path = request.path.split('?', 1).join('')
    if (request.method === 'PUT') {
      files.set(path.slice(1), request.body)
      return void response.writeHead(200).end()
    }
    if (path === '/v1/files/upload-urls') {
      tickets += 1
      const filePath = `api-assets/${tickets}.jpg`
      const upload = { upload_url: `${server.url.origin}/${filePath}?sig=s`, expires_at: '2099-01-01T00:00:00Z' }
      return json(200, { items: [{ ...upload, file_path: filePath }] })(response, request)
    }
    if (path === '/v1/image-background-remover') return create(response, request)
    if (path.startsWith('/picture/')) return void response.writeHead(200, { 'content-type': 'image/png' }).end(png)
    return json(200, project(path.split('/').at(-1) ?? ''))(response, request)
  })
  const count = (test: (path: string, method: string) => boolean): number =>
    server.requests.filter(({ path, method }) => test(path, method)).length
  return {
    url: server.url.origin,
    paid,
    creates: () => count((path) => path === '/v1/image-background-remover'),
    uploads: () => count((_path, method) => method === 'PUT'),
    nextCreate: (respond) => void answers.push(respond),
    holdRenders: () => {
      isHeld = true
      return () => {
        isHeld = false
      }
    },
    failRender: (id) => void failed.add(id),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
