import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Socket, connect } from 'node:net'
import { expect, test } from 'vitest'
import { entry, startProgram } from '../cli/program.ts'
import { ask } from '../support/app.ts'
import { residentBytes } from '../support/resident-memory.ts'
import { startStubMagicHour } from '../support/stub-magic-hour.ts'
import { startStubStorage } from '../support/stub-storage.ts'
import { relayedLink } from '../support/upload.ts'

const sizeBytes = 200_000_000
const pieceBytes = 250_000
const mebibyte = 1_048_576
const key = { authorization: 'Bearer mhk_test_alice' }

test('200 MB go through a server that needs less than 60 MB for it, however slowly they are taken', async () => {
  const storage = createReluctantStorage()
  await using stub = await startStubStorage(storage.serve)
  await using magicHour = await startStubMagicHour()
  magicHour.uploadTo(stub.url)
  await using server = startProgram(process.execPath, [entry, 'serve'], {
    env: { PORT: '0', MAGIC_HOUR_BASE_URL: magicHour.url.href },
  })
  const url = await server.waitFor(/http:\/\/127\.0\.0\.1:\d+/)
  const link = await relayedLink(
    { ask: (query, variables = {}, headers = {}) => ask(url, { query, variables }, headers) },
    { extension: 'bmp', sizeBytes },
    key,
  )
  const resident = (): Promise<number> => residentBytes(server.process.pid ?? 0)
  const idle = await resident()
  let peak = 0

  const socket = beginUpload(link)
  const sent = createHash('sha256')
  for (const [index, piece] of aFile().entries()) {
    sent.update(piece)
    await send(socket, piece, storage.take)
    if (index % 20 === 0) peak = Math.max(peak, await resident())
  }
  const received = await storage.takeRest()
  peak = Math.max(peak, await resident())

  const head = await new Promise((resolve) => socket.once('data', resolve))
  socket.destroy()
  expect(String(head)).toMatch(/^HTTP\/1\.1 204 /)
  expect(received).toBe(sent.digest('hex'))
  expect((peak - idle) / mebibyte).toBeLessThan(60)
}, 60_000)

/** Each piece is another one, so that none can be taken for its neighbour. */
const aFile = (): Buffer[] => {
  const noise = randomBytes(2 * pieceBytes)
  noise.write('BM')
  return Array.from({ length: sizeBytes / pieceBytes }, (_, index) => noise.subarray(index, index + pieceBytes))
}

const beginUpload = (link: string): Socket => {
  const { pathname, search, host, hostname, port } = new URL(link)
  const socket = connect(Number(port), hostname)
  const lines = [`Host: ${host}`, `Authorization: ${key.authorization}`, `Content-Length: ${sizeBytes}`]
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  return socket
}

/** Has the storage take something each time that the way to it is full, and never before: so it is full all the time. */
const send = async (socket: Socket, piece: Buffer, take: () => Promise<void>): Promise<void> => {
  if (socket.write(piece)) return
  const drained = once(socket, 'drain').then(() => true)
  while (!(await Promise.race([drained, take().then(() => false)])));
}

/** Resolves when there is something to read, or nothing any more. */
const change = async (request: IncomingMessage): Promise<void> => {
  const seen = new AbortController()
  await Promise.race(['readable', 'end'].map((event) => once(request, event, { signal: seen.signal })))
  seen.abort()
}

/** A storage that takes a megabyte when it is told to, and reads nothing by itself. */
const createReluctantStorage = () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<[IncomingMessage, ServerResponse]>()
  const hash = createHash('sha256')
  const takeNow = async (): Promise<void> => {
    const [request] = await arrived
    for (let taken = 0; taken < mebibyte && !request.readableEnded;) {
      const chunk: unknown = request.read()
      if (Buffer.isBuffer(chunk)) {
        hash.update(chunk)
        taken += chunk.length
      } else await change(request)
    }
  }
  let taking: Promise<void> | null = null
  const take = (): Promise<void> =>
    (taking ??= takeNow().finally(() => {
      taking = null
    }))
  return {
    serve: (request: IncomingMessage, response: ServerResponse): void => arrive([request, response]),
    take,
    /** Takes all that is left, and answers. */
    takeRest: async (): Promise<string> => {
      const [request, response] = await arrived
      while (!request.readableEnded) await take()
      response.end()
      return hash.digest('hex')
    },
  }
}
