import { once } from 'node:events'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { RelayTicket } from '../../src/domain/upload.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { registerUploads } from '../../src/http/uploads.ts'
import { createFileStorage } from '../../src/upstream/file-storage.ts'
import { openConnection } from '../support/connection.ts'
import { type Serve, startStubStorage } from '../support/stub-storage.ts'
import { put } from '../support/upload.ts'

const aBmp = (bytes: number): Buffer => Buffer.alloc(bytes, 'BM')

/** A server that relays files of this size to a storage that answers like this. */
const startRelay = async (
  sizeBytes: number,
  serve: Serve,
  { idleMs = 30_000, storageIdleMs = 30_000 }: { readonly idleMs?: number; readonly storageIdleMs?: number } = {},
) => {
  const storage = await startStubStorage(serve)
  const files = createFileStorage({ idleMs: storageIdleMs })
  const log: string[] = []
  const write = (fields: object, message: string): void => void log.push(JSON.stringify({ ...fields, message }))
  const app = await createHttpServer({ log: { info: write, error: write }, corsOrigins: [], isSandbox: false })
  const ticket: RelayTicket = {
    uploadUrl: new URL('/file?X-Sig=5ec4e7', storage.url).href,
    extension: 'bmp',
    sizeBytes,
    tenant: 'tenant-1',
    expiresAt: new Date('2999-01-01'),
  }
  const opened = Promise.withResolvers<void>()
  const open = (): RelayTicket => {
    opened.resolve()
    return ticket
  }
  registerUploads(app, { log: { info: write }, open, put: files.put, idleMs })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await storage[Symbol.asyncDispose]()
    app.server.closeAllConnections()
    await app.close()
    await files.close()
  })
  return { url: `${url}/uploads?ticket=any`, log, storage, opened: opened.promise }
}

const beginUpload = (url: string, sizeBytes: number) => {
  const connection = openConnection(url)
  connection.send(`PUT /uploads?ticket=any HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${sizeBytes}\r\n\r\n`)
  connection.send(aBmp(10_000).toString('latin1'))
  return connection
}

const unavailable = { status: 503, code: 'UPSTREAM_UNAVAILABLE' }

describe('an upload whose client goes away midway', () => {
  test('ends the request to the storage, which has stored nothing', async () => {
    const ended = Promise.withResolvers<boolean>()
    const began = Promise.withResolvers<void>()
    const relay = await startRelay(1_000_000, (request) => {
      request.resume().once('data', () => began.resolve())
      request.once('close', () => ended.resolve(request.complete))
    })
    const connection = beginUpload(relay.url, 1_000_000)
    await began.promise
    connection.disconnect()
    expect(await ended.promise).toBe(false)
    await vi.waitFor(() => expect(relay.log.join('')).toContain('"reason":"the client went away"'))
    expect(relay.log.join('')).not.toContain('unforeseen')
  })

  test('before the storage is asked, asks nobody', async () => {
    const relay = await startRelay(1_000_000, (_request, response) => void response.end())
    const connection = openConnection(relay.url)
    connection.send('PUT /uploads?ticket=any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nBM')
    await relay.opened
    connection.disconnect()
    await vi.waitFor(() => expect(relay.log.join('')).toContain('"reason":"the client went away"'))
    expect(relay.storage.connections()).toBe(0)
  })
})

describe('an upload whose client sends nothing more', () => {
  test('is ended, with what it had begun at the storage', async () => {
    const ended = Promise.withResolvers<boolean>()
    const relay = await startRelay(
      1_000_000,
      (request) => request.resume().once('close', () => ended.resolve(request.complete)),
      { idleMs: 50 },
    )
    const answer = await beginUpload(relay.url, 1_000_000).closed
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(await ended.promise).toBe(false)
  })

  test('goes on as long as something comes, however long it takes in all', async () => {
    const relay = await startRelay(200_000, (request, response) => request.resume().once('end', () => response.end()), {
      idleMs: 150,
    })
    const connection = openConnection(relay.url)
    connection.send(
      'PUT /uploads?ticket=any HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n',
    )
    const beganAt = Date.now()
    for (let sent = 0; sent < 200_000; sent += 10_000) {
      connection.send(aBmp(10_000).toString('latin1'))
      await once(AbortSignal.timeout(20), 'abort')
    }
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 204 /)
    expect(Date.now() - beganAt).toBeGreaterThan(150)
  })
})

describe('a storage', () => {
  test.for([403, 500, 302] as const)('that answers %d is told as one that cannot be used', async (status) => {
    const relay = await startRelay(20_000, (request, response) => {
      request
        .resume()
        .once('end', () => response.writeHead(status, { location: '/other?X-Sig=5ec4e7' }).end('<Error/>'))
    })
    const answer = await put(relay.url, aBmp(20_000))
    expect(answer).toMatchObject(unavailable)
    expect(answer.text).toContain('Ask createUploads for a new link')
    expect(answer.text).toContain(`"upstream":{"status":${status},`)
    expect(relay.storage.requests).toHaveLength(1)
    expect(relay.log.join('') + answer.text).not.toContain('5ec4e7')
  })

  test('that finds the file too large is told in words', async () => {
    const relay = await startRelay(20_000, (_request, response) => void response.writeHead(413).end())
    const answer = await put(relay.url, aBmp(20_000))
    expect(answer).toMatchObject({ status: 422, code: 'UNPROCESSABLE' })
  })

  test('that refuses while the client is still sending is told all the same', async () => {
    const relay = await startRelay(4_000_000, (_request, response) => void response.writeHead(403).end())
    const connection = beginUpload(relay.url, 4_000_000)
    await connection.received(/"code":"UPSTREAM_UNAVAILABLE"/)
    connection.send(aBmp(3_990_000).toString('latin1'))
    connection.send('GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(await connection.closed).toContain('There is nothing here.')
  })

  test('that resets the connection midway is told, and the file is not sent again', async () => {
    const relay = await startRelay(4_000_000, (request) => {
      request.once('data', () => request.socket.resetAndDestroy())
    })
    expect(await put(relay.url, aBmp(4_000_000))).toMatchObject(unavailable)
    expect(relay.storage.requests).toHaveLength(1)
  })

  test('that takes no more bytes is given up', async () => {
    const relay = await startRelay(50_000_000, () => undefined, { storageIdleMs: 100 })
    expect(await put(relay.url, aBmp(50_000_000))).toMatchObject(unavailable)
  })

  test('that does not answer is given up', async () => {
    const relay = await startRelay(20_000, (request) => void request.resume(), { storageIdleMs: 100 })
    expect(await put(relay.url, aBmp(20_000))).toMatchObject(unavailable)
  })

  test('that is not there is told', async () => {
    const relay = await startRelay(20_000, () => undefined)
    await relay.storage[Symbol.asyncDispose]()
    expect(await put(relay.url, aBmp(20_000))).toMatchObject(unavailable)
  })
})
