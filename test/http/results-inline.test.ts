import { once } from 'node:events'
import { connect } from 'node:net'
import { request } from 'undici'
import { z } from 'zod'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { createHttpServer } from '../../src/http/server.ts'
import { registerResults } from '../../src/http/results.ts'
import { createFileStorage } from '../../src/upstream/file-storage.ts'
import { test as base } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { aCaller, aJob } from '../support/builders.ts'
import { type Serve, startStubStorage } from '../support/stub-storage.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'

const origin = 'https://app.example'
const shop = { authorization: 'Bearer key-of-the-shop-0001' }
const studio = { authorization: 'Bearer key-of-the-studio-01' }
const image = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))
const signature = 'X-Sig=d0w41oad%2fb'

/** Gives the image out as Amazon S3 would: for GET alone, which is what the link is signed for. */
const asStorage =
  (headers: Record<string, string> = { 'content-type': 'image/png' }): Serve =>
  ({ method, url = '', headers: asked }, response) => {
    if (method !== 'GET' || !url.includes(signature)) return response.writeHead(403).end('<Error/>')
    const common = { etag: '"of-the-storage"', 'accept-ranges': 'bytes', ...headers }
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(asked.range ?? '') ?? []
    if (start === undefined) return response.writeHead(200, { ...common, 'content-length': image.length }).end(image)
    if (Number(start) >= image.length)
      return response.writeHead(416, { ...common, 'content-range': `bytes */${image.length}` }).end('<Error/>')
    const part = image.subarray(Number(start), end ? Number(end) + 1 : image.length)
    const range = `bytes ${start}-${Number(start) + part.length - 1}/${image.length}`
    return response.writeHead(206, { ...common, 'content-range': range, 'content-length': part.length }).end(part)
  }

/** A server that pays with its own key, for two tenants, and lets pages of one origin in. */
const test = base.extend<{ server: TestApp }>({
  server: async ({ magicHour }, use) => {
    await using server = await startApp({
      MAGIC_HOUR_BASE_URL: magicHour.url.href,
      MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
      GATEWAY_KEYS: 'shop:key-of-the-shop-0001,studio:key-of-the-studio-01',
      CORS_ORIGINS: origin,
    })
    await use(server)
  },
})

const answer = z.object({
  job: z.object({ downloads: z.array(z.object({ permanentUrl: z.string() })) }),
})

/** Makes a job that ends with its image at the storage. Returns the link that streams it. */
const inlineUrl = async ({
  server,
  magicHour,
  serve = asStorage(),
  name = 'Mug',
}: {
  readonly server: TestApp
  readonly magicHour: StubMagicHour
  readonly serve?: Serve
  readonly name?: string
}) => {
  const storage = await startStubStorage(serve)
  onTestFinished(() => storage[Symbol.asyncDispose]())
  await server.ask(
    'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }',
    {},
    shop,
  )
  const link = new URL(`/r.png?${signature}`, storage.url).href
  const tell = (url: string) =>
    magicHour.set('project-1', 'complete', { name, downloads: [{ url, expires_at: '2999-01-01T00:00:00Z' }] })
  tell(link)
  const query = '{ job(id: "project-1", waitForSeconds: 20) { downloads { permanentUrl } } }'
  const { data } = await server.ask(query, {}, shop)
  return { storage, tell, url: `${answer.parse(data).job.downloads[0]?.permanentUrl ?? ''}&inline` }
}

const get = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => {
  const response = await request(url, { method, headers })
  return {
    status: response.statusCode,
    headers: response.headers,
    bytes: Buffer.from(await response.body.arrayBuffer()),
  }
}

describe('a result that is asked for inline', () => {
  test('comes from here, byte for byte, for a page to draw', async ({ server, magicHour }) => {
    const { url, storage } = await inlineUrl({ server, magicHour })
    const { status, headers, bytes } = await get(url, { origin })
    expect([status, bytes.equals(image)]).toEqual([200, true])
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'private, no-cache',
      'content-type': 'image/png',
      'content-length': String(image.length),
      'content-disposition': 'inline; filename="Mug.png"',
      'accept-ranges': 'bytes',
      'referrer-policy': 'no-referrer',
    })
    expect((await get(url, { origin: 'https://stranger.example' })).headers).not.toHaveProperty(
      'access-control-allow-origin',
    )
    expect(
      storage.requests.map(({ method, url: asked, headers: sent }) => [method, asked, sent.authorization]),
    ).toEqual(Array.from({ length: 2 }, () => ['GET', `/r.png?${signature}`, undefined]))
  })

  test('is for those alone who may have it', async ({ server, magicHour }) => {
    const { url, storage } = await inlineUrl({ server, magicHour })
    const bare = url.replace(/\?.*/, '?inline')
    expect((await get(bare, shop)).status).toBe(200)
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect((await get(bare, studio)).status).toBe(404)
    expect((await get(bare)).status).toBe(401)
    expect((await get(url.replace(/signature=.{8}/, 'signature=00000000'))).status).toBe(404)
    expect((await get(url.replace('/0?', '/1?'))).status).toBe(404)
    expect(storage.requests).toHaveLength(1)
  })

  test('is not sent again to who has it, and nobody else is asked', async ({ server, magicHour }) => {
    const { url, storage } = await inlineUrl({ server, magicHour })
    const etag = String((await get(url)).headers['etag'])
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
    const asked = magicHour.requests.length
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const known = await get(url, { 'if-none-match': tag, origin })
      expect([known.status, known.bytes.length, known.headers['etag']]).toEqual([304, 0, etag])
      expect(known.headers['access-control-allow-origin']).toBe(origin)
    }
    expect((await get(url, { 'if-none-match': '"other"' })).status).toBe(200)
    expect([storage.requests.length, magicHour.requests.length]).toEqual([2, asked])
  })

  test('that was deleted is gone, also for who has it', async ({ server, magicHour }) => {
    const { url } = await inlineUrl({ server, magicHour })
    const etag = String((await get(url)).headers['etag'])
    await server.ask('mutation { deleteJob(id: "project-1") { job { deleted } } }', {}, shop)
    expect((await get(url, { 'if-none-match': etag })).status).toBe(404)
  })

  test('comes in parts', async ({ server, magicHour }) => {
    const { url } = await inlineUrl({ server, magicHour })
    const etag = String((await get(url)).headers['etag'])
    for (const headers of [{}, { 'if-range': etag }]) {
      const part = await get(url, { range: 'bytes=10-19', ...headers })
      expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 10-19/${image.length}`])
      expect(part.bytes.equals(image.subarray(10, 20))).toBe(true)
    }
    const behind = await get(url, { range: `bytes=${image.length}-` })
    expect([behind.status, behind.headers['content-range'], behind.bytes.length]).toEqual([
      416,
      `bytes */${image.length}`,
      0,
    ])
    for (const headers of [{ range: 'bytes=0-1,4-5' }, { range: 'bytes=0-1', 'if-range': '"of-the-storage"' }])
      expect((await get(url, headers)).bytes.length).toBe(image.length)
  })

  test('tells its head alone, although the link is signed for GET', async ({ server, magicHour }) => {
    const { url, storage } = await inlineUrl({ server, magicHour })
    const { status, headers, bytes } = await get(url, {}, 'HEAD')
    expect([status, bytes.length, headers['content-length'], headers['content-type']]).toEqual([
      200,
      0,
      String(image.length),
      'image/png',
    ])
    expect(storage.requests[0]?.headers.range).toBe('bytes=0-0')
  })

  test.for(['text/html', 'image/svg+xml', 'image/x+xml', 'application/octet-stream', 'image/png; x="<script>"'])(
    'of the type %s is no page and no drawing with scripts',
    async (type, { server, magicHour }) => {
      const { url } = await inlineUrl({ server, magicHour, serve: asStorage({ 'content-type': type }) })
      const { headers } = await get(url)
      expect([headers['content-type'], headers['x-content-type-options']]).toEqual([
        'application/octet-stream',
        'nosniff',
      ])
    },
  )

  test('is saved under the name of its job', async ({ server, magicHour }) => {
    const { url } = await inlineUrl({ server, magicHour, name: 'Großmutter "1"\r\n.jpg' })
    expect((await get(url)).headers['content-disposition']).toBe(
      `inline; filename="Gro_mutter _1___.png"; filename*=UTF-8''Gro%C3%9Fmutter%20_1___.png`,
    )
  })

  test('leaves neither link nor signature in the log', async ({ server, magicHour }) => {
    const { url } = await inlineUrl({ server, magicHour })
    await get(url)
    await server.stop()
    const log = server.log.join('')
    expect(log).toContain('"path":"/results/project-1/0","status":200')
    const own = new URL(url).searchParams.get('signature') ?? ''
    expect(['d0w41oad', 'r.png', 'inline', own].filter((secret) => log.includes(secret))).toEqual([])
  })
})

describe('a storage', () => {
  test('that does not know a link any more is asked once more, with a new one', async ({ server, magicHour }) => {
    const give = asStorage()
    const serve: Serve = (asked, response) =>
      asked.url?.startsWith('/new.png') ? give(asked, response) : void response.writeHead(403).end()
    const { url, storage, tell } = await inlineUrl({ server, magicHour, serve })
    tell(new URL(`/new.png?${signature}`, storage.url).href)
    for (let asked = 0; asked < 2; asked += 1) expect((await get(url)).bytes.equals(image)).toBe(true)
    expect(storage.requests.map(({ url: asked }) => asked?.split('?')[0])).toEqual(['/r.png', '/new.png', '/new.png'])
  })

  test.for([
    ['does not know the link, nor has Magic Hour another one', 404],
    ['fails', 500],
    ['sends elsewhere', 302],
  ] as const)('that %s is told as one that cannot be used', async ([, status], { server, magicHour }) => {
    const serve: Serve = (_request, response) => void response.writeHead(status, { location: '/x' }).end('<Error/>')
    const { url, storage } = await inlineUrl({ server, magicHour, serve })
    const { status: told, bytes, headers } = await get(url)
    expect([told, headers['content-type']]).toEqual([503, 'application/json; charset=utf-8'])
    expect(bytes.toString()).toContain('"code":"UPSTREAM_UNAVAILABLE","retryable":true')
    expect(bytes.toString()).not.toContain('d0w41oad')
    expect(storage.requests).toHaveLength(1)
  })

  test('that breaks off midway leaves a download that is plainly not whole', async ({ server, magicHour }) => {
    const { url } = await inlineUrl({
      server,
      magicHour,
      serve: (_request, response) => {
        response.writeHead(200, { 'content-length': image.length }).write(image.subarray(0, 50_000), () => {
          response.destroy()
        })
      },
    })
    await expect(get(url)).rejects.toThrow(/closed|terminated|aborted/)
  })
})

describe('a client', () => {
  const endless = () => {
    const ended = Promise.withResolvers<void>()
    const serve: Serve = (_request, response) => {
      response.once('close', () => ended.resolve())
      const more = (): void => {
        while (response.write(image));
        response.once('drain', more)
      }
      more()
    }
    return { serve, ended: ended.promise }
  }

  test('that goes away ends the request to the storage', async ({ server, magicHour }) => {
    const { serve, ended } = endless()
    const { url } = await inlineUrl({ server, magicHour, serve })
    const response = await request(url)
    response.body.on('error', () => undefined)
    await once(response.body, 'readable')
    response.body.destroy()
    await ended
  })

  test('that stops reading is given up after a while, and until then the storage is held back', async () => {
    const { serve, ended } = endless()
    const storage = await startStubStorage(serve)
    const files = createFileStorage()
    const log = { info: vi.fn(), error: vi.fn() }
    const app = await createHttpServer({ log, corsOrigins: [], isSandbox: false })
    registerResults(app, {
      find: () => Promise.resolve({ job: aJob('COMPLETE'), caller: aCaller() }),
      readDownloads: () => Promise.resolve([{ url: storage.url.href, expiresAt: new Date() }]),
      fetch: files.get,
      idleMs: 100,
    })
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined).pause()
    socket.write('GET /results/job-1/0?inline HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await ended
    socket.destroy()
    await app.close()
    await files.close()
    await storage[Symbol.asyncDispose]()
    expect(log.error).not.toHaveBeenCalled()
  })
})
