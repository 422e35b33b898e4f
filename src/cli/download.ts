import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Dispatcher } from 'undici'
import { CommandFailure, TransferFailed, reasonOf } from './failures.ts'
import { signedUrlParts } from './signed-url.ts'
import { printable } from './text.ts'
import { type TransferOptions, byteMeter } from './upload.ts'

const silenceMs = 60_000

/**
 * Downloads a PNG. The file is there whole or not at all: the bytes go to another name beside it first,
 * which is short: names that are long are longer still with something put to them.
 *
 * @throws TransferFailed  the storage did not give it, or gave something else
 * @throws CommandFailure  it cannot be written
 */
export const download = async (link: string, path: string, options: TransferOptions): Promise<void> => {
  const partial = join(dirname(path), `.${randomUUID()}.part`)
  try {
    await fetchTo(partial, link, options)
    await checkPng(partial)
    await rename(partial, path).catch((error: unknown) => {
      throw new CommandFailure(`${printable(path)} cannot be written: ${reasonOf(error)}.`, {
        cause: error,
        code: 'OUTPUT_UNUSABLE',
      })
    })
  } finally {
    // That it could not be removed says less than why it is there.
    await rm(partial, { force: true }).catch(() => {})
  }
}

const fetchTo = async (partial: string, link: string, options: TransferOptions): Promise<void> => {
  const { body, headers } = await get(link, options)
  const length = Number(headers['content-length'])
  const meter = byteMeter((received) => {
    if (length > 0) options.onProgress(received / length)
  })
  // Flushed, so that a power cut after the rename does not leave an empty file under the final name.
  const file = createWriteStream(partial, { flags: 'wx', flush: true })
  let diskFailure: Error | null = null
  file.once('error', (error) => {
    diskFailure = error
  })
  await pipeline(body, meter, file, { signal: options.signal }).catch((error: unknown) => {
    options.signal.throwIfAborted()
    if (diskFailure === error) {
      throw new CommandFailure(`The picture cannot be written: ${reasonOf(error)}.`, {
        cause: error,
        code: 'OUTPUT_UNUSABLE',
      })
    }
    throw new TransferFailed(`The download broke off: ${reasonOf(error)}.`, { isRetryable: true, cause: error })
  })
}

const get = async (link: string, { dispatcher, signal }: TransferOptions): Promise<Dispatcher.ResponseData> => {
  const answer = await dispatcher
    .request({
      ...signedUrlParts(link),
      method: 'GET',
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      signal,
    })
    .catch((error: unknown) => {
      signal.throwIfAborted()
      throw new TransferFailed(`The download failed: ${reasonOf(error)}.`, { isRetryable: true, cause: error })
    })
  if (answer.statusCode === 200) return answer
  await answer.body.dump()
  throw new TransferFailed(`The download failed: the storage answered HTTP ${answer.statusCode}.`, {
    // 403: the link is too old, and the next attempt has a new one.
    isRetryable: answer.statusCode >= 500 || answer.statusCode === 403,
  })
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** A proxy's login page, saved under the name of a picture, would pass for a success. */
const checkPng = async (path: string): Promise<void> => {
  const file = await open(path)
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(pngSignature.length), position: 0 })
    if (buffer.equals(pngSignature)) return
    throw new TransferFailed('The download is no PNG.', { isRetryable: false })
  } finally {
    await file.close()
  }
}
