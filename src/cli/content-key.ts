import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { CommandFailure, reasonOf } from './failures.ts'
import type { ImageInput } from './image-input.ts'
import { printable } from './text.ts'

/** Part of every key. A new one makes every photo a new job: changed only when the same inputs no longer mean the same picture. */
const keyVersion = 'magic-hour-graphql remove 1'

/** What a removal is made from: the same three make the same picture. */
export interface Content {
  readonly photo: ImageInput
  /** Its fingerprint. */
  readonly background: string | null
  readonly name: string | null
}

/**
 * The idempotency key of a photo: the same on every run and every machine, made from what the files hold and not from how they are
 * called. Files are read as a stream. Of a URL it is the text that counts: what it leads to is Magic Hour's to fetch.
 *
 * @returns a UUID of version 8 (RFC 9562: from a hash)
 * @throws CommandFailure when a file cannot be read
 */
export const contentKeyOf = async ({ photo, background, name }: Content, signal: AbortSignal): Promise<string> =>
  keyFrom([await fingerprintOf(photo, signal), background, name])

/** Another key for the same content, which depends on nothing but the two. */
export const keyAfter = (contentKey: string, reason: string): string => keyFrom([contentKey, reason])

/**
 * Stands for what an image holds; of a URL, for its text.
 *
 * @throws CommandFailure when the file cannot be read
 */
export const fingerprintOf = async (input: ImageInput, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256')
  if (input.kind === 'url') return `url ${hash.update(input.url).digest('hex')}`
  await pipeline(createReadStream(input.path, { highWaterMark: 262_144 }), hash, { signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new CommandFailure(`${printable(input.path)} cannot be read: ${reasonOf(error)}.`, {
      cause: error,
      code: 'PHOTO_UNUSABLE',
    })
  })
  return `file ${hash.digest('hex')}`
}

const keyFrom = (parts: readonly (string | null)[]): string => {
  const hex = createHash('sha256')
    .update(JSON.stringify([keyVersion, ...parts]))
    .digest('hex')
  const variant = ['8', '9', 'a', 'b'][Number.parseInt(hex.charAt(16), 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
