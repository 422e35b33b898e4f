import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, FileFormatMismatch, FileSizeMismatch } from '../domain/errors.ts'
import type { RelayTicket } from '../domain/upload.ts'
import { BodyBrokenOff, type BodyReader, createBodyReader } from './body-reader.ts'
import { refuse, refuseWith } from './refuse.ts'
import type { HttpLog } from './server.ts'
import { contentProblem, headBytes } from './sniff-image.ts'
import { uploadsPath } from './slow-requests.ts'

interface UploadsOptions {
  readonly log: Pick<HttpLog, 'info'>
  /** What a link promises to whoever shows it. Throws UploadLinkInvalid, Unauthenticated, ShuttingDown. */
  readonly open: (link: { readonly ticket: string; readonly authorization: string | undefined }) => RelayTicket
  /** Stores a file at a signed link, whole or not at all, and takes no more of it than goes out. Fails with a DomainError. */
  readonly put: (
    url: string,
    file: {
      readonly sizeBytes: number
      readonly contentType: string | undefined
      readonly body: AsyncIterable<Buffer>
    },
  ) => Promise<void>
  /** How long a client may send nothing, in milliseconds. Default: 30 000. */
  readonly idleMs?: number
}

/** What is read, and thrown away, of a file that was refused; and for how long. */
const maxDiscardedBytes = 64 * 1024 ** 2
const maxDiscardingMs = 120_000

/**
 * `PUT /uploads?ticket=…`: passes a file on to Magic Hour's storage as it comes, and keeps nothing of it. The ticket is in the
 * query because the log has paths alone. The first bytes are looked at before anything is sent on.
 *
 * 204 once the file is stored.
 */
export const registerUploads = (app: FastifyInstance, { idleMs = 30_000, ...options }: UploadsOptions): void => {
  void app.register(async (scope) => {
    // Bodies stay in the socket until they are asked for, whatever their type says.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.put<{ Querystring: Record<string, unknown> }>(uploadsPath, async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const body = createBodyReader(request.raw, idleMs)
      try {
        await relay(options, request, body)
      } catch (error) {
        discardRest(request.raw)
        return refuseUpload(options.log, reply, error)
      }
      return reply.code(204).send()
    })
  })
}

const relay = async (
  { open, put }: Pick<UploadsOptions, 'open' | 'put'>,
  { headers, query }: FastifyRequest<{ Querystring: Record<string, unknown> }>,
  body: BodyReader,
): Promise<void> => {
  const { ticket } = query
  const { uploadUrl, extension, sizeBytes } = open({
    ticket: typeof ticket === 'string' ? ticket : '',
    authorization: headers.authorization,
  })
  checkSize(headers['content-length'], sizeBytes)
  const problem = await contentProblem(extension, await peek(body))
  if (problem !== null) throw new FileFormatMismatch(problem)
  await put(uploadUrl, { sizeBytes, contentType: headers['content-type'], body: piecesOf(body) })
}

const checkSize = (contentLength: string | undefined, sizeBytes: number): void => {
  const told = `createUploads was told ${sizeBytes} bytes`
  if (contentLength === undefined)
    throw new FileSizeMismatch(`The request does not say how large the file is, and ${told}. Send a Content-Length.`)
  if (Number(contentLength) !== sizeBytes)
    throw new FileSizeMismatch(`This file has ${contentLength} bytes, but ${told}. Ask for an upload of its real size.`)
}

/** The first bytes, which stay to be read. */
const peek = async (body: BodyReader): Promise<Buffer> => {
  let head = Buffer.alloc(0)
  while (head.length < headBytes) {
    const chunk = await body.read()
    if (chunk === null) break
    head = Buffer.concat([head, chunk])
  }
  body.unread(head)
  return head.subarray(0, headBytes)
}

const piecesOf = async function* (body: BodyReader): AsyncGenerator<Buffer> {
  for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) yield chunk
}

const refuseUpload = (log: UploadsOptions['log'], reply: FastifyReply, error: unknown): FastifyReply => {
  const { id: requestId } = reply.request
  const brokenOff = [error, error instanceof Error ? error.cause : null].find((one) => one instanceof BodyBrokenOff)
  if (brokenOff !== undefined) {
    log.info({ requestId, reason: brokenOff.message }, 'upload broken off')
    return refuse(reply.header('connection', 'close'), {
      statusCode: 408,
      message: 'The rest of the file did not come.',
    })
  }
  if (!(error instanceof DomainError)) throw error
  const reason = error.cause instanceof Error ? error.cause.message : null
  log.info({ requestId, code: error.code, upstreamStatus: error.upstream?.status ?? null, reason }, 'upload refused')
  const isLengthMissing = error instanceof FileSizeMismatch && reply.request.headers['content-length'] === undefined
  return isLengthMissing ? refuseWith(reply, error, 411) : refuseWith(reply, error)
}

/**
 * A browser reads an answer only once it has sent everything, and shows a broken connection if that is closed before. So the
 * rest is read, up to a bound.
 */
const discardRest = (request: IncomingMessage): void => {
  if (request.readableEnded || request.destroyed) return
  let bytes = 0
  const timer = setTimeout(() => request.destroy(), maxDiscardingMs)
  timer.unref()
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxDiscardedBytes) request.destroy()
  })
  request.once('close', () => clearTimeout(timer))
}
