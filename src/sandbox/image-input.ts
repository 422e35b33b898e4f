import { ApiFailure } from './failures.ts'
import { extensionOf, isExtensionOf, unknownExtensionMessage } from './extensions.ts'

/** Where an image comes from: the three forms that `image_file_path` can have. */
export type ImageInput =
  | { readonly from: 'url'; readonly url: URL }
  | { readonly from: 'library'; readonly imageId: string }
  | { readonly from: 'upload'; readonly path: string }

/**
 * Tells which form a file path has, and refuses what Magic Hour refuses before it charges.
 *
 * @param value   as the caller sent it
 * @param issued  whether this account was given that `file_path` by the upload call
 * @throws ApiFailure 422 for an extension that is not an image's, or a path that was never issued
 */
export const parseImageInput = (value: string, issued: (path: string) => boolean): ImageInput => {
  const url = URL.parse(value)
  if (url === null) return parseUpload(value, issued)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ApiFailure(422, `'${url.protocol}' is no scheme that an image can be read from. Use http or https.`)
  }
  const imageId = libraryImageId(url)
  if (imageId !== null) return { from: 'library', imageId }
  refuseUnlessImage(url.pathname)
  return { from: 'url', url }
}

const parseUpload = (path: string, issued: (path: string) => boolean): ImageInput => {
  refuseUnlessImage(path)
  if (!issued(path))
    throw new ApiFailure(422, `'${path}' is neither a URL nor a file_path of an upload of this account.`)
  return { from: 'upload', path }
}

const refuseUnlessImage = (path: string): void => {
  const extension = extensionOf(path)
  if (!isExtensionOf('image', extension)) throw new ApiFailure(422, unknownExtensionMessage('image', extension))
}

// https://magichour.ai/my-library?imageId=<id>: the only URL without an extension that upstream takes.
const libraryImageId = (url: URL): string | null => {
  const isLibrary = url.protocol === 'https:' && url.host === 'magichour.ai' && url.pathname === '/my-library'
  return isLibrary ? url.searchParams.get('imageId') || null : null
}
