import { expect, test } from 'vitest'
import { UpstreamUnavailable } from '../../src/domain/errors.ts'
import { createFileStorage } from '../../src/upstream/file-storage.ts'
import { startStubStorage } from '../support/stub-storage.ts'

const piecesOf = async function* (count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield new Uint8Array(bytes).fill(index)
}

test('a file arrives as it was, although its memory is freed on the way', async () => {
  await using storage = await startStubStorage()
  const files = createFileStorage()
  const [count, bytes] = [200, 65_536]
  const file = { sizeBytes: count * bytes, contentType: undefined, body: piecesOf(count, bytes) }
  await files.put(new URL('/file', storage.url).href, file)
  const expected = Buffer.concat(Array.from({ length: count }, (_, index) => Buffer.alloc(bytes, index)))
  expect(storage.stored.get('/file')?.equals(expected)).toBe(true)
  await files.close()
})

test('a link is used byte for byte, for upload and download', async () => {
  await using storage = await startStubStorage()
  const files = createFileStorage()
  const path = "/a%2fb'c|d?X-Sig=a%2Fb'c|d+e"
  const link = `${storage.url.origin}${path}`
  await files.put(link, { sizeBytes: 4, contentType: undefined, body: piecesOf(1, 4) })
  const signal = new AbortController().signal
  const file = await files.get(`${link}#part`, { range: undefined, signal })
  file?.body.destroy()
  expect(storage.requests.map(({ url }) => url)).toEqual([path, path])
  await files.close()
})

test('an upload that is shorter than it said is none', async () => {
  const ended = Promise.withResolvers<boolean>()
  await using storage = await startStubStorage((request) => {
    request.resume().once('close', () => ended.resolve(request.complete))
  })
  const files = createFileStorage()
  const upload = files.put(storage.url.href, { sizeBytes: 101, contentType: undefined, body: piecesOf(1, 100) })
  await expect(upload).rejects.toThrow(UpstreamUnavailable)
  expect(await ended.promise).toBe(false)
  await files.close()
})

test('a storage that says «stored» before it has the whole file has not stored it', async () => {
  await using storage = await startStubStorage((_request, response) => void response.writeHead(200).end())
  const files = createFileStorage()
  const file = { sizeBytes: 64 * 1_048_576, contentType: undefined, body: piecesOf(1_024, 65_536) }
  await expect(files.put(storage.url.href, file)).rejects.toThrow(UpstreamUnavailable)
  await files.close()
})

test('what a file fails with is the cause of what its upload fails with', async () => {
  await using storage = await startStubStorage((request) => void request.resume())
  const files = createFileStorage()
  const reason = new RangeError('no more')
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(100)
    throw reason
  }
  const upload = files.put(storage.url.href, { sizeBytes: 1_000, contentType: undefined, body: body() })
  await expect(upload).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', cause: reason })
  await files.close()
})
