import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { UpstreamUnavailable } from '../domain/errors.ts'
import { type Job, downloadsOf } from '../domain/job.ts'
import { inlineDisposition } from './content-disposition.ts'
import { disconnectSignal } from './disconnect-signal.ts'

/** Fetches a file, or a part of it, from a signed link; null: the link does not work. Fails with a DomainError. */
export type FetchFile = (url: string, request: FileRequest) => Promise<FetchedFile | null>

interface FileRequest {
  /** A `Range` header. */
  readonly range: string | undefined
  readonly signal: AbortSignal
}

interface FetchedFile {
  readonly status: 200 | 206 | 416
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
}

/** One result of a job, and how to come by it. */
export interface StreamedResult {
  readonly job: Job
  readonly index: number
  /** The link to it, if asked so a new one in any case; null: there is no such result. */
  readonly linkOf: (isAnew: boolean) => Promise<string | null>
  readonly fetch: FetchFile
  /** How long the client may take no byte, in milliseconds. */
  readonly idleMs: number
}

/**
 * Sends the image itself, as it comes from the storage and as fast as the client takes it. A result never changes, so its tag
 * is made of its name, and who has it already is told so without asking Magic Hour.
 *
 * @returns whether there is such a result; if not, nothing has been sent. (Not the reply: to wait for one is to wait for its end.)
 */
export const streamResult = async (reply: FastifyReply, result: StreamedResult): Promise<boolean> => {
  const { method, headers } = reply.request
  const etag = etagOf(result)
  reply.header('cache-control', 'private, no-cache')
  if (isKnown(result) && hasTag(headers['if-none-match'], etag)) {
    void reply.header('etag', etag).code(304).send()
    return true
  }

  const isHead = method === 'HEAD'
  const file = await fetchResult(result, {
    // The link is signed for GET alone; with the first byte the storage tells how many there are.
    range: isHead ? 'bytes=0-0' : rangeOf(headers, etag),
    signal: disconnectSignal(reply),
  })
  if (file === null) return false
  reply.header('etag', etag).header('accept-ranges', 'bytes')
  if (isHead || file.status === 416) sendHead(reply, result, file)
  else sendFile(reply, result, file)
  return true
}

/** Of links that an event left out, only Magic Hour knows how many there are. */
const isKnown = ({ job, index }: StreamedResult): boolean => index >= 0 && index < (downloadsOf(job)?.length ?? 0)

const etagOf = ({ job, index }: StreamedResult): string =>
  `"${createHash('sha256').update(`${job.id}\n${index}`).digest('hex').slice(0, 32)}"`

const hasTag = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))

/** Several parts at once are a form of their own, and a server may send all instead. So too, where `If-Range` has another image. */
const rangeOf = ({ range, 'if-range': ifRange }: IncomingHttpHeaders, etag: string): string | undefined => {
  const isSingle = range !== undefined && /^bytes=(\d+-\d*|-\d+)$/.test(range)
  return isSingle && (ifRange === undefined || ifRange === etag) ? range : undefined
}

/** A link that ought to work and does not may have been withdrawn: one new one is asked for. */
const fetchResult = async ({ linkOf, fetch }: StreamedResult, request: FileRequest): Promise<FetchedFile | null> => {
  const link = await linkOf(false)
  if (link === null) return null
  const file = await fetch(link, request)
  if (file !== null) return file
  const fresh = await linkOf(true)
  if (fresh === null) return null
  const again = fresh === link ? null : await fetch(fresh, request)
  if (again === null)
    throw new UpstreamUnavailable('Magic Hour’s storage does not give this image out. Ask again later.')
  return again
}

const sendFile = (reply: FastifyReply, result: StreamedResult, file: FetchedFile): void => {
  describe(reply, result, file)
  for (const name of ['content-length', 'content-range', 'content-encoding']) {
    const value = headerOf(file, name)
    if (value !== null) reply.header(name, value)
  }
  // Who has stopped reading keeps a connection to the storage open.
  reply.raw.setTimeout(result.idleMs, () => reply.raw.destroy())
  void reply.code(file.status).send(file.body)
}

/** The head alone: of an image, or of a part that there is not. */
const sendHead = (reply: FastifyReply, result: StreamedResult, file: FetchedFile): void => {
  file.body.destroy()
  const range = headerOf(file, 'content-range')
  if (reply.request.method !== 'HEAD') {
    if (range !== null) reply.header('content-range', range)
    void reply.code(416).send()
    return
  }
  const size = file.status === 200 ? headerOf(file, 'content-length') : (/\/(\d+)$/.exec(range ?? '')?.[1] ?? null)
  if (size !== null) reply.header('content-length', size)
  void describe(reply, result, file).code(200).send()
}

/** What is no picture is no more than bytes here, and a drawing with scripts in it is none. */
const describe = (reply: FastifyReply, { job, index }: StreamedResult, file: FetchedFile): FastifyReply => {
  const said = headerOf(file, 'content-type') ?? ''
  const type = /^image\/(?!svg)[\w.-]+$/i.test(said) ? said.toLowerCase() : 'application/octet-stream'
  return reply.type(type).header('content-disposition', inlineDisposition({ name: job.name, index, type }))
}

const headerOf = ({ headers }: FetchedFile, name: string): string | null => {
  const value = headers[name]
  return typeof value === 'string' ? value : null
}
