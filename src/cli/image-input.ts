import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { CommandFailure } from './failures.ts'
import { printable } from './text.ts'

/** An image to work on: one that Magic Hour fetches itself, or a file to upload. */
export type ImageInput = { readonly kind: 'url'; readonly url: string } | ImageFile

/** A file that was found fit to upload. */
export interface ImageFile {
  readonly kind: 'file'
  readonly path: string
  /** In lower case, without the dot. */
  readonly extension: string
  readonly bytes: number
  /** When it was written last, in milliseconds since 1970. */
  readonly modifiedAtMs: number
}

const unusable = 'PHOTO_UNUSABLE'

/** The image extensions that Magic Hour takes: the same list as in the schema, where `createUploads` checks it again. */
export const imageExtensions: readonly string[] = [
  'png',
  'jpg',
  'jpeg',
  'jfif',
  'heic',
  'heif',
  'webp',
  'avif',
  'jp2',
  'tiff',
  'tif',
  'bmp',
]

/** Whether Magic Hour is to fetch it. */
export const isUrl = (reference: string): boolean => /^https?:\/\//i.test(reference)

/** Whether a file's name says that it is an image that Magic Hour takes. */
export const isImageName = (name: string): boolean => imageExtensions.includes(extname(name).slice(1).toLowerCase())

/**
 * Looks at an image that somebody named, before anything is sent.
 *
 * @throws CommandFailure when it is no file that could be uploaded
 */
export const readImageInput = async (reference: string): Promise<ImageInput> => {
  if (isUrl(reference)) return { kind: 'url', url: reference }
  const file = await stat(reference).catch((error: unknown) => {
    throw new CommandFailure(`There is no file ${printable(reference)} that can be read.`, {
      cause: error,
      code: unusable,
    })
  })
  if (!file.isFile()) throw new CommandFailure(`${printable(reference)} is not a file.`, { code: unusable })
  if (file.size === 0) throw new CommandFailure(`${printable(reference)} is empty.`, { code: unusable })
  const extension = extname(reference).slice(1).toLowerCase()
  if (!imageExtensions.includes(extension)) {
    throw new CommandFailure(
      `${printable(reference)}: Magic Hour takes ${imageExtensions.join(', ')}, not ${extension === '' ? 'a file without an extension' : printable(extension, 20)}.`,
      { code: unusable },
    )
  }
  return { kind: 'file', path: reference, extension, bytes: file.size, modifiedAtMs: file.mtimeMs }
}

/**
 * Makes sure that a file is still what it was when it was looked at.
 *
 * @throws CommandFailure when it was written since
 */
export const checkUnchanged = async ({ path, bytes, modifiedAtMs }: ImageFile): Promise<void> => {
  const now = await stat(path).catch(() => null)
  if (now?.size === bytes && now.mtimeMs === modifiedAtMs) return
  throw new CommandFailure(`${printable(path)} changed while it was being sent.`, { code: 'PHOTO_CHANGED' })
}
