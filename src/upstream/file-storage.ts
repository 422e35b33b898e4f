import { Readable } from 'node:stream'
import { Agent, Client, type Dispatcher, buildConnector } from 'undici'
import { DomainError, Unprocessable, UpstreamUnavailable } from '../domain/errors.ts'
import { createOutgoingPieces } from './outgoing-pieces.ts'
import { signedUrlParts } from './signed-url.ts'

/** A file on its way to the storage. */
export interface OutgoingFile {
  readonly sizeBytes: number
  readonly contentType: string | undefined
  /** Asked for the next piece only when the one before has been taken. A piece is given away: its memory is freed once it is sent. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Which part of a file is wanted. */
export interface FileRequest {
  /** A `Range` header; undefined: all of it. */
  readonly range: string | undefined
  /** Gives up, also while the file comes. */
  readonly signal: AbortSignal
}

/** A file on its way from the storage. */
export interface IncomingFile {
  /** 416: there is no such part of it; the body is the storage's words then. */
  readonly status: 200 | 206 | 416
  /** In lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** To be read or destroyed. It fails when the storage does. */
  readonly body: Readable
}

/** The storage behind Magic Hour's signed links. A link is its own credential: the API key is never sent here. */
export interface FileStorage {
  /**
   * Stores a file whole, or not at all. It is sent once: its bytes are not kept.
   *
   * @throws UpstreamUnavailable, with what `body` failed with as its cause; Unprocessable when it takes no file of this size
   */
  readonly put: (url: string, file: OutgoingFile) => Promise<void>
  /**
   * Fetches a file, or a part of it.
   *
   * @returns null: the link does not work, or leads to nothing
   * @throws UpstreamUnavailable
   */
  readonly get: (url: string, request: FileRequest) => Promise<IncomingFile | null>
  /** Waits for what is under way, then closes the connections. */
  readonly close: () => Promise<void>
}

/** Makes the storage. */
export const createFileStorage = ({
  idleMs = 30_000,
}: {
  /** How long the storage may neither take nor give a byte, in milliseconds. Default: 30 000. */
  readonly idleMs?: number
} = {}): FileStorage => {
  const options = { allowH2: false, headersTimeout: idleMs, bodyTimeout: idleMs }
  const downloads = new Agent({
    ...options,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
  })
  return {
    put: (url, file) => put(options, url, file),
    get: (url, request) => get(downloads, url, request),
    close: () => downloads.close(),
  }
}

const connectTimeoutMs = 10_000
const connectSocket = buildConnector({ timeout: connectTimeoutMs, allowH2: false })

/**
 * Each upload has a connection of its own: one that the storage closes just as a file begins would fail an upload that cannot
 * be sent again.
 */
const put = async (options: Client.Options, url: string, { body, ...file }: OutgoingFile): Promise<void> => {
  // Nothing is gone before there is a socket.
  let waitingInSocket = (): number => Number.POSITIVE_INFINITY
  const client = new Client(signedUrlParts(url).origin, {
    ...options,
    pipelining: 0,
    connect: (target, callback) =>
      connectSocket(target, (...[error, socket]) => {
        if (error !== null) return callback(error, null)
        waitingInSocket = () => socket.writableLength
        return callback(null, socket)
      }),
  })
  try {
    const stream: Readable = Readable.from(
      freeing(body, () => stream.readableLength + waitingInSocket()),
      { objectMode: false },
    )
    checkStored(await send(client, url, { method: 'PUT', headers: headersOf(file), body: stream }))
    // A proxy on the way may answer before it has read: what it says of the rest is worth nothing.
    if (!stream.readableEnded) throw new UpstreamUnavailable(notTaken)
  } finally {
    await client.destroy()
  }
}

const headersOf = ({ sizeBytes, contentType }: Omit<OutgoingFile, 'body'>) => ({
  'content-length': String(sizeBytes),
  ...(contentType !== undefined && { 'content-type': contentType }),
})

/** What is asked for next is asked for when the pieces before have gone on to the socket, or wait to. */
const freeing = async function* (body: OutgoingFile['body'], waitingBytes: () => number): AsyncGenerator<Uint8Array> {
  const pieces = createOutgoingPieces()
  for await (const piece of body) {
    pieces.free(waitingBytes())
    pieces.add(piece)
    yield piece
  }
}

const checkStored = (answer: Dispatcher.ResponseData): void => {
  answer.body.on('error', () => undefined).destroy()
  if (answer.statusCode >= 200 && answer.statusCode < 300) return
  if (answer.statusCode === 413) throw new Unprocessable(tooLarge, faultOf(answer))
  throw new UpstreamUnavailable(notTaken, faultOf(answer))
}

const tooLarge = 'Magic Hour’s storage takes no file of this size.'
const notTaken =
  'Magic Hour’s storage did not take the file. Ask createUploads for a new link, then send the file again.'

const get = async (agent: Agent, url: string, { range, signal }: FileRequest): Promise<IncomingFile | null> => {
  const answer = await send(agent, url, {
    method: 'GET',
    headers: { 'accept-encoding': 'identity', ...(range !== undefined && { range }) },
    signal,
  })
  const { statusCode: status, headers, body } = answer
  if (status === 200 || status === 206 || status === 416) {
    // One that nobody listens to is nobody's fault: the body was thrown away.
    body.on('error', () => undefined)
    return { status, headers, body }
  }
  await discard(answer)
  if (status === 403 || status === 404) return null
  throw new UpstreamUnavailable('', faultOf(answer))
}

/** Redirects are not followed: a signed link leads nowhere else. */
const send = async (
  dispatcher: Dispatcher,
  url: string,
  request: Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'> & { readonly signal?: AbortSignal },
): Promise<Dispatcher.ResponseData> => {
  try {
    return await dispatcher.request({ ...signedUrlParts(url), ...request })
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw new UpstreamUnavailable('', { cause: error })
  }
}

/** An error's text is not for us; past a bound the connection is closed instead of read. */
const discard = ({ body }: Dispatcher.ResponseData): Promise<void> =>
  body.dump({ limit: 65_536 }).catch(() => undefined)

const faultOf = ({ statusCode }: Dispatcher.ResponseData) => ({
  upstream: { status: statusCode, code: null, message: null },
})
