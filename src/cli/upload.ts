import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { Transform, pipeline } from 'node:stream'
import type { Dispatcher } from 'undici'
import { TransferFailed, reasonOf } from './failures.ts'
import type { ImageFile } from './image-input.ts'
import { signedUrlParts } from './signed-url.ts'
import { printable } from './text.ts'

/** What a transfer to or from the storage needs besides its two ends. */
export interface TransferOptions {
  readonly dispatcher: Dispatcher
  readonly signal: AbortSignal
  /** How much is done, 0 to 1. */
  readonly onProgress: (fraction: number) => void
}

/** How long the storage may be silent. Data that flows starts it anew, so that a large file may take as long as it takes. */
const silenceMs = 120_000

/**
 * Uploads a file: its raw bytes, streamed from disk, to a signed link. No key goes with them: the link is all the storage
 * needs, and a key would be shown to a stranger.
 *
 * @throws TransferFailed
 */
export const upload = async (
  { path, bytes }: ImageFile,
  link: string,
  { dispatcher, signal, onProgress }: TransferOptions,
): Promise<void> => {
  const what = `The upload of ${printable(basename(path))} failed`
  const meter = byteMeter((sent) => onProgress(sent / bytes))
  // Whatever breaks the reading breaks the request, which reports it.
  pipeline(createReadStream(path, { end: bytes - 1, highWaterMark: 262_144 }), meter, () => {})
  const answer = await dispatcher
    .request({
      ...signedUrlParts(link),
      method: 'PUT',
      headers: { 'content-length': String(bytes) },
      body: meter,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      signal,
    })
    .catch((error: unknown) => {
      signal.throwIfAborted()
      throw new TransferFailed(`${what}: ${reasonOf(error)}.`, { isRetryable: true, cause: error })
    })
  await answer.body.dump()
  if (answer.statusCode >= 200 && answer.statusCode < 300) return
  throw new TransferFailed(`${what}: the storage answered HTTP ${answer.statusCode}.`, {
    isRetryable: answer.statusCode >= 500,
  })
}

/** Passes bytes on and counts them. */
export const byteMeter = (onBytes: (total: number) => void): Transform => {
  let total = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      total += chunk.byteLength
      onBytes(total)
      done(null, chunk)
    },
  })
}
