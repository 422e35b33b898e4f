import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Storage } from '../../src/sandbox/storage.ts'
import { Caller, aPhoto, createManualClock, matching, put, startSandbox } from './support.ts'

const dayMs = 24 * 60 * 60 * 1000

test('upload links come in the order asked, each under the account and with its extension', async () => {
  const caller = new Caller(await startSandbox())
  const items = ['png', 'webp', 'jpg'].map((extension) => ({ type: 'image', extension }))
  const response = await caller.fetch('/v1/files/upload-urls', { method: 'POST', body: { items } })
  expect(await response.json()).toMatchObject({
    items: [
      { file_path: matching(/^api-assets\/c[a-z0-9]{24}\/c[a-z0-9]{24}\.png$/) },
      { file_path: matching(/\.webp$/) },
      { file_path: matching(/\.jpg$/) },
    ],
  })
})

test('links begin with the public address when there is one', async () => {
  const caller = new Caller(await startSandbox({ publicUrl: 'https://sandbox.example/' }))
  expect((await caller.ticket()).url).toMatch(/^https:\/\/sandbox\.example\/api-assets\//)
})

test('an upload link works for 24 hours and is refused from then on', async () => {
  const clock = createManualClock()
  const { url, expiresAt } = await new Caller(await startSandbox({ clock })).ticket()
  expect(expiresAt).toBe('2026-08-02T12:00:00.000Z')
  clock.advance(dayMs - 1)
  expect((await put(url, await aPhoto())).status).toBe(200)
  clock.advance(1)
  const response = await put(url, await aPhoto())
  expect(response.status).toBe(403)
  expect(response.headers.get('content-type')).toBe('application/xml')
  expect(await response.text()).toContain('<Code>AccessDenied</Code>')
})

test.each([
  ['path', (url: string) => url.replace('.jpg', '.png')],
  ['expiry', (url: string) => url.replace(/expires=\d/, 'expires=9')],
  ['signature', (url: string) => url.replace(/signature=.*/, `signature=${'0'.repeat(64)}`)],
  ['query', (url: string) => url.replace(/\?.*/, '')],
])('an upload link with another %s is refused as forged', async (_part, change) => {
  const { url } = await new Caller(await startSandbox()).ticket()
  const response = await put(change(url), await aPhoto())
  expect(response.status).toBe(403)
  expect(await response.text()).toContain('<Code>SignatureDoesNotMatch</Code>')
})

test('a signed link that is sent an API key is refused, for upload and download', async () => {
  const caller = new Caller(await startSandbox())
  const { url, path } = await caller.ticket()
  expect((await put(url, await aPhoto(), { authorization: 'Bearer key' })).status).toBe(400)
  await put(url, await aPhoto())
  const { downloads } = await caller.final(await caller.create(path))
  const response = await fetch(downloads[0]?.url ?? '', { headers: { authorization: 'Bearer key' } })
  expect(response.status).toBe(400)
})

test('an upload may say any content type, or none', async () => {
  const caller = new Caller(await startSandbox())
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'image/jpeg']) {
    const { url } = await caller.ticket()
    expect((await put(url, await aPhoto(), { 'content-type': type })).status).toBe(200)
  }
})

test('a file over the limit is refused by its stated length', async () => {
  const { url } = await new Caller(await startSandbox({}, { uploadBytes: 1_000 })).ticket()
  expect((await put(url, Buffer.alloc(1_000))).status).toBe(200)
  const response = await put(url, Buffer.alloc(1_001))
  expect(response.status).toBe(413)
  expect(await response.text()).toContain('<Code>EntityTooLarge</Code>')
})

test('a file over the limit is refused when its length is not stated, and nothing of it is kept', async () => {
  const folder = await privateTemporaryFolder()
  const { url } = await new Caller(await startSandbox({}, { uploadBytes: 1_000 })).ticket()
  const upload = request(url, { method: 'PUT' })
  for (let sent = 0; sent < 100; sent += 1) upload.write(Buffer.alloc(100))
  upload.end()
  const answer: unknown[] = await once(upload, 'response')
  expect(answer[0]).toHaveProperty('statusCode', 413)
  expect(await filesIn(folder)).toEqual([])
})

test('an upload that breaks off keeps nothing', async () => {
  const folder = await privateTemporaryFolder()
  const lines: string[] = []
  const sandbox = await startSandbox({ onRequest: ({ method }) => lines.push(method) })
  const { url } = await new Caller(sandbox).ticket()
  const upload = request(url, { method: 'PUT', headers: { 'content-length': 1_000 } })
  upload.on('error', () => {})
  upload.write(Buffer.alloc(500))
  await vi.waitFor(async () => expect(await filesIn(folder)).toHaveLength(1))
  upload.destroy()
  await vi.waitFor(() => expect(lines).toContain('PUT'))
  expect(await filesIn(folder)).toEqual([])
})

test('a download link works for 24 hours and is refused from then on', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock }))
  const { downloads } = await caller.final(await caller.create(await caller.upload(await aPhoto())))
  expect(downloads[0]?.expires_at).toBe('2026-08-02T12:00:00.000Z')
  clock.advance(dayMs - 1)
  expect((await fetch(downloads[0]?.url ?? '')).status).toBe(200)
  clock.advance(1)
  expect((await fetch(downloads[0]?.url ?? '')).status).toBe(403)
})

test('a download link is handed out again until half of its time is over', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock }))
  const id = await caller.create(await caller.upload(await aPhoto()))
  const { downloads: first } = await caller.final(id)
  clock.advance(dayMs / 2)
  expect((await caller.project(id)).downloads).toEqual(first)
  clock.advance(1)
  const [later] = (await caller.project(id)).downloads
  expect(later?.expires_at).toBe('2026-08-03T00:00:00.001Z')
})

test('HEAD on a download link tells type and length without the bytes', async () => {
  const caller = new Caller(await startSandbox())
  const { downloads } = await caller.final(await caller.create(await caller.upload(await aPhoto())))
  const url = downloads[0]?.url ?? ''
  const head = await fetch(url, { method: 'HEAD' })
  const { length } = new Uint8Array(await (await fetch(url)).arrayBuffer())
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(head.headers.get('content-length')).toBe(String(length))
})

const aDownload = async (): Promise<{ url: string; bytes: Buffer; etag: string }> => {
  const caller = new Caller(await startSandbox())
  const { downloads } = await caller.final(await caller.create(await caller.upload(await aPhoto())))
  const url = downloads[0]?.url ?? ''
  const response = await fetch(url)
  return { url, bytes: Buffer.from(await response.arrayBuffer()), etag: response.headers.get('etag') ?? '' }
}

test('a part of a download is sent alone, first bytes, last bytes or the rest', async () => {
  const { url, bytes } = await aDownload()
  const { length } = bytes
  for (const [range, start, end] of [
    ['bytes=0-9', 0, 9],
    ['bytes=10-', 10, length - 1],
    ['bytes=-7', length - 7, length - 1],
    [`bytes=5-${length + 100}`, 5, length - 1],
  ] as const) {
    const part = await fetch(url, { headers: { range } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/${length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(start, end + 1))).toBe(true)
  }
})

test('a part behind the end of a download is refused, and what is no single part is the whole', async () => {
  const { url, bytes } = await aDownload()
  const behind = await fetch(url, { headers: { range: `bytes=${bytes.length}-` } })
  expect([behind.status, behind.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`])
  expect(await behind.text()).toContain('<Code>InvalidRange</Code>')
  for (const range of ['bytes=0-1,4-5', 'bytes=9-1', 'bytes=-', 'lines=1-2']) {
    const whole = await fetch(url, { headers: { range } })
    expect([whole.status, (await whole.arrayBuffer()).byteLength]).toEqual([200, bytes.length])
  }
})

test('a download has a tag: who has it already is sent nothing, and a part of another one is the whole', async () => {
  const { url, bytes, etag } = await aDownload()
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
  expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
  expect((await fetch(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  const same = await fetch(url, { headers: { range: 'bytes=0-0', 'if-range': etag } })
  expect([same.status, (await same.arrayBuffer()).byteLength]).toEqual([206, 1])
  const other = await fetch(url, { headers: { range: 'bytes=0-0', 'if-range': '"other"' } })
  expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, bytes.length])
})

test('no page of another origin may read a download, as at the real storage', async () => {
  const { url } = await aDownload()
  const response = await fetch(url, { headers: { origin: 'https://app.example' } })
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
})

test('a link for uploading cannot be used for downloading', async () => {
  const caller = new Caller(await startSandbox())
  const { downloads } = await caller.final(await caller.create(await caller.upload(await aPhoto())))
  expect((await put(downloads[0]?.url ?? '', await aPhoto())).status).toBe(404)
  expect((await fetch((await caller.ticket()).url)).status).toBe(404)
})

test('an uploaded input is kept for 7 days', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock }))
  const path = await caller.upload(await aPhoto())
  clock.advance(7 * dayMs - 1)
  expect((await caller.final(await caller.create(path))).status).toBe('complete')
  clock.advance(1)
  expect((await caller.final(await caller.create(path))).error?.code).toBe('invalid_parameters')
})

test('the oldest files go first when the disk space is used up', async () => {
  const storage = await Storage.open({ maxFiles: 10, maxBytes: 250, maxUploadBytes: 1_000, now: Date.now })
  onTestFinished(() => storage.close())
  for (const path of ['first', 'second', 'third']) await storage.write(path, Buffer.alloc(100))
  const kept = await Promise.all(['first', 'second', 'third'].map((path) => storage.read(path)))
  expect(kept.map((content) => content?.length ?? 0)).toEqual([0, 100, 100])
})

test('a file that is written again counts once', async () => {
  const storage = await Storage.open({ maxFiles: 10, maxBytes: 250, maxUploadBytes: 1_000, now: Date.now })
  onTestFinished(() => storage.close())
  for (const path of ['first', 'second', 'second', 'second']) await storage.write(path, Buffer.alloc(100))
  expect((await storage.read('first'))?.length).toBe(100)
})

test('stopping deletes every file', async () => {
  const folder = await privateTemporaryFolder()
  const sandbox = await startSandbox()
  await new Caller(sandbox).upload(await aPhoto())
  expect(await filesIn(folder)).toHaveLength(1)
  await sandbox.stop()
  expect(await readdir(folder)).toEqual([])
})

/** A place for temporary files that no other test writes to. */
const privateTemporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'))
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}
