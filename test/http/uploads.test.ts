import { describe, expect } from 'vitest'
import { test as base } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { openConnection, untilClosed } from '../support/connection.ts'
import { anIphonePhoto, pictures } from '../support/images.ts'
import { type StubStorage, startStubStorage } from '../support/stub-storage.ts'
import { put, relayedLink } from '../support/upload.ts'

const shop = { authorization: 'Bearer key-of-the-shop-0001' }
const studio = { authorization: 'Bearer key-of-the-studio-01' }
const alice = { authorization: 'Bearer mhk_test_alice' }
const bob = { authorization: 'Bearer mhk_test_bob' }
const png = await pictures.png()
const aPng = { extension: 'png', sizeBytes: png.length }

/** A server that pays with its own key, for two tenants; one where callers bring theirs; and where their files go. */
const test = base.extend<{ storage: StubStorage; server: TestApp }>({
  storage: async ({ magicHour }, use) => {
    await using storage = await startStubStorage()
    magicHour.uploadTo(storage.url)
    await use(storage)
  },
  // Where files go is settled before anybody asks for a link.
  server: async ({ magicHour, storage: _storage }, use) => {
    await using server = await startApp({
      MAGIC_HOUR_BASE_URL: magicHour.url.href,
      MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
      GATEWAY_KEYS: 'shop:key-of-the-shop-0001,studio:key-of-the-studio-01',
    })
    await use(server)
  },
})

/** The text of the head of an upload request. */
const headOf = (url: string, headers: Record<string, string | number>): string => {
  const { pathname, search, host } = new URL(url)
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `PUT ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`
}

describe('a relayed upload', () => {
  test('is stored byte for byte, at the signed link byte for byte, and no key goes there', async ({
    server,
    storage,
  }) => {
    const url = await relayedLink(server, aPng, shop)
    expect(url.startsWith(`${server.url}/uploads?ticket=`)).toBe(true)
    expect(await put(url, png, { ...shop, 'content-type': 'image/png' })).toMatchObject({ status: 204, text: '' })
    expect(storage.stored.get("/upload-0?X-Sig=a%2fb'c|d&x=34")?.equals(png)).toBe(true)
    expect(storage.requests[0]?.headers).toEqual({
      host: storage.url.host,
      connection: 'close',
      'content-type': 'image/png',
      'content-length': String(png.length),
    })
  })

  test('of a file that is smaller than what is looked at, or larger than a piece, is stored whole', async ({
    server,
    storage,
  }) => {
    for (const content of [Buffer.from('BM'), Buffer.concat([png, Buffer.alloc(300_000, 'x')])]) {
      const extension = content.length === 2 ? 'bmp' : 'png'
      const url = await relayedLink(server, { extension, sizeBytes: content.length }, shop)
      expect((await put(url, content)).status).toBe(204)
      expect([...storage.stored.values()].some((stored) => stored.equals(content))).toBe(true)
    }
  })

  test('tells the storage no content type where the client named none', async ({ server, storage }) => {
    await put(await relayedLink(server, aPng, shop), png)
    expect(storage.requests[0]?.headers).not.toHaveProperty('content-type')
  })

  test('of a HEIC that is called PNG is refused before anything is sent on', async ({ server, storage }) => {
    const photo = anIphonePhoto()
    const url = await relayedLink(server, { extension: 'png', sizeBytes: photo.length }, shop)
    const answer = await put(url, photo)
    expect(answer).toMatchObject({ status: 415, code: 'FILE_FORMAT_MISMATCH' })
    expect(answer.text).toContain(
      'This file is called PNG, but its content is HEIC. Ask for an upload with the extension heic.',
    )
    expect(storage.connections()).toBe(0)
  })

  test('of another size than was said is refused before anything is sent on', async ({ server, storage }) => {
    const url = await relayedLink(server, { ...aPng, sizeBytes: png.length + 1 }, shop)
    const answer = await put(url, png)
    expect(answer).toMatchObject({ status: 400, code: 'FILE_SIZE_MISMATCH' })
    expect(answer.text).toContain(
      `This file has ${png.length} bytes, but createUploads was told ${png.length + 1} bytes.`,
    )
    expect(storage.connections()).toBe(0)
  })

  test('whose size the request does not say is refused before it is read', async ({ server, storage }) => {
    const connection = openConnection(server.url)
    connection.send(headOf(await relayedLink(server, aPng, shop), { 'Transfer-Encoding': 'chunked' }))
    const answer = await connection.received(/\}$/)
    expect(answer).toMatch(/^HTTP\/1\.1 411 /)
    expect(answer).toContain('"code":"FILE_SIZE_MISMATCH"')
    expect(storage.connections()).toBe(0)
    connection.disconnect()
  })

  test('that is refused while the client is still sending is answered, on a connection that goes on', async ({
    server,
  }) => {
    const sizeBytes = 8_000_000
    const connection = openConnection(server.url)
    connection.send(
      headOf(await relayedLink(server, { extension: 'png', sizeBytes }, shop), { 'Content-Length': sizeBytes }),
    )
    connection.send('BM'.padEnd(5_000, 'x'))
    await connection.received(/"code":"FILE_FORMAT_MISMATCH"/)
    connection.send('x'.repeat(sizeBytes - 5_000))
    connection.send('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(await connection.closed).toContain('{"status":"ok"}')
  })

  test('that is refused and does not come to an end is cut off', async ({ server }) => {
    const sizeBytes = 1_000_000_000
    const connection = openConnection(server.url)
    connection.send(
      headOf(await relayedLink(server, { extension: 'png', sizeBytes }, shop), { 'Content-Length': sizeBytes }),
    )
    const piece = 'x'.repeat(8_000_000)
    for (let sent = 0; sent < 10; sent += 1) connection.send(piece)
    expect(await connection.closed).toContain('"code":"FILE_FORMAT_MISMATCH"')
  })
})

test('a relayed upload that is under way when the server is told to stop is finished first', async ({ magicHour }) => {
  const arrived = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  await using storage = await startStubStorage((request, response) => {
    arrived.resolve()
    void held.promise.then(() => request.resume().once('end', () => response.end()))
  })
  magicHour.uploadTo(storage.url)
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const answer = put(await relayedLink(app, aPng, alice), png, alice)
  await arrived.promise
  const stopped = app.stop()
  await untilClosed(app.url)
  held.resolve()
  expect((await answer).status).toBe(204)
  await stopped
  expect(app.log.join('')).not.toContain('the grace is over')
})

describe('a link for a relayed upload', () => {
  const refused = { status: 403, code: 'UPLOAD_LINK_INVALID' }

  test.for([
    ['that was changed', (url: string) => url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['that was cut off', (url: string) => url.slice(0, -30)],
    ['without its ticket', (url: string) => url.replace(/\?.*/, '')],
    ['with two tickets', (url: string) => `${url}&ticket=x`],
    [
      'that somebody made up',
      (url: string) => url.replace(/=.*/, '=abcdefgh.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
    ],
  ] as const)('%s does not work', async ([, change], { server, storage }) => {
    expect(await put(change(await relayedLink(server, aPng, shop)), png)).toMatchObject(refused)
    expect(storage.connections()).toBe(0)
  })

  test('does not work when its time is over', async ({ server, magicHour, storage }) => {
    const url = await relayedLink(server, aPng, shop)
    magicHour.uploadTo(storage.url, new Date(Date.now() - 1))
    const late = await relayedLink(server, aPng, shop)
    expect(await put(late, png)).toMatchObject(refused)
    expect((await put(url, png)).status).toBe(204)
  })

  test('is enough where the server pays; a key that is sent all the same has to fit', async ({ server, storage }) => {
    const url = await relayedLink(server, aPng, shop)
    expect(await put(url, png, studio)).toMatchObject(refused)
    expect(await put(url, png, { authorization: 'Bearer wrong-key-0000000001' })).toMatchObject({ status: 401 })
    expect(storage.connections()).toBe(0)
    expect((await put(url, png)).status).toBe(204)
    expect((await put(url, png, shop)).status).toBe(204)
  })

  test('needs the key that it was made with, where callers bring theirs', async ({ app, storage }) => {
    const url = await relayedLink(app, aPng, alice)
    expect(await put(url, png)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    expect(await put(url, png, bob)).toMatchObject(refused)
    expect(storage.connections()).toBe(0)
    expect((await put(url, png, alice)).status).toBe(204)
    expect(JSON.stringify(storage.requests)).not.toContain('mhk_test_alice')
  })

  test('works at another server with the same key', async ({ server, magicHour }) => {
    await using other = await startApp({
      MAGIC_HOUR_BASE_URL: magicHour.url.href,
      MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
      ALLOW_ANONYMOUS: 'true',
    })
    const url = await relayedLink(server, aPng, shop)
    expect((await put(url.replace(server.url, other.url), png)).status).toBe(204)
  })

  test('begins with the name by which the client has reached the server, or with PUBLIC_URL', async ({
    server,
    magicHour,
  }) => {
    const { port } = new URL(server.url)
    const host = `localhost:${port}`
    expect(await relayedLink(server, aPng, { ...shop, host })).toMatch(new RegExp(`^http://${host}/uploads\\?ticket=`))
    await using known = await startApp({
      MAGIC_HOUR_BASE_URL: magicHour.url.href,
      PUBLIC_URL: 'https://images.example/gateway/',
    })
    expect(await relayedLink(known, aPng, { ...alice, host })).toMatch(
      /^https:\/\/images\.example\/gateway\/uploads\?ticket=/,
    )
  })

  test('shows nothing of what is in it, and stands in no log', async ({ server, storage }) => {
    const url = await relayedLink(server, aPng, shop)
    const ticket = new URL(url).searchParams.get('ticket') ?? ''
    const shown = ticket + Buffer.from(ticket.split('.')[1] ?? '', 'base64url').toString('latin1')
    for (const part of ['upload-0', 'X-Sig', 'shop', 'png', 'mhk_live', storage.url.host])
      expect(shown).not.toContain(part)
    await put(url, png)
    await put(url, png.subarray(1))
    await put(url.slice(0, -1), png)
    await server.stop()
    const log = server.log.join('')
    expect(log).toContain('"path":"/uploads","status":204')
    expect(log).toContain('"code":"FILE_SIZE_MISMATCH"')
    expect(['ticket', ticket.slice(0, 40), 'X-Sig', 'upload-0'].filter((secret) => log.includes(secret))).toEqual([])
  })
})

describe('a page of another origin', () => {
  test('may upload when CORS_ORIGINS names it, and reads what became of it', async ({ magicHour, storage }) => {
    const origin = 'https://app.example'
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, CORS_ORIGINS: origin })
    const url = await relayedLink(app, aPng, alice)
    const asked = {
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type',
    }
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin, ...asked } })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
    for (const content of [png, png.subarray(1)])
      expect((await put(url, content, { ...alice, origin })).headers['access-control-allow-origin']).toBe(origin)
    expect((await put(url, png, { ...alice, origin: 'https://stranger.example' })).headers).not.toHaveProperty(
      'access-control-allow-origin',
    )
    expect(storage.stored.size).toBe(1)
  })
})
