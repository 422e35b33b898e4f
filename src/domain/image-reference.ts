/** The image extensions that Magic Hour takes (docs: files/generate-asset-upload-urls). Not gif. */
export const imageExtensions = [
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
] as const

const supported: ReadonlySet<string> = new Set(imageExtensions)
const list = imageExtensions.join(', ')
const maxLength = 4096

/** Whether Magic Hour takes images with this extension (lower case, without the dot). */
export const isImageExtension = (extension: string): boolean => supported.has(extension)

/** What is wrong with a file extension, in words that say what to do; null when nothing is. */
export const extensionProblem = (extension: string): string | null =>
  isImageExtension(extension) ? null : `use one of ${list}, without the dot (not «${clip(extension)}»).`

/**
 * What is wrong with a reference to an input image, in words that say what to do; null when nothing is.
 *
 * An input is one of: a public http(s) URL whose path ends in an image extension, a link into the Magic Hour library, or a
 * `file_path` from the upload call (docs: integration/inputs-and-outputs). Checked here because a bad one is charged first
 * and refunded later.
 */
export const imageReferenceProblem = (reference: string): string | null => {
  if (reference.length > maxLength) return `use at most ${maxLength} characters.`
  if (hasBlankOrControl(reference)) return 'remove the blanks and control characters; encode them in a URL.'
  if (/^https?:\/\//i.test(reference)) return urlProblem(reference)
  if (reference.startsWith('api-assets/')) return filePathProblem(reference)
  return 'use a public http(s) URL, a Magic Hour library URL, or a `filePath` from `createUploads` (it begins with `api-assets/`).'
}

const urlProblem = (reference: string): string | null => {
  if (!URL.canParse(reference)) return 'this URL cannot be read.'
  const url = new URL(reference)
  if (url.username !== '' || url.password !== '') return 'a URL with a user name or password in it cannot be fetched.'
  if (isLibraryUrl(url)) return libraryProblem(url)
  const extension = extensionOf(url.pathname)
  return supported.has(extension) ? null : `the path of the URL must end in one of ${list}.`
}

const isLibraryUrl = (url: URL): boolean =>
  (url.hostname === 'magichour.ai' || url.hostname === 'www.magichour.ai') && /^\/my-library\/?$/.test(url.pathname)

const libraryProblem = (url: URL): string | null =>
  (url.searchParams.get('imageId') ?? '') === ''
    ? 'a library URL names its image: https://magichour.ai/my-library?imageId=<id>.'
    : null

const filePathProblem = (path: string): string | null => {
  if (/[?#\\]/.test(path) || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'use the `filePath` exactly as `createUploads` returned it.'
  return supported.has(extensionOf(path)) ? null : `the file path must end in one of ${list}.`
}

const extensionOf = (path: string): string => /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''

const hasBlankOrControl = (text: string): boolean => /[\s\p{Cc}]/u.test(text)

const clip = (text: string): string => (text.length > 20 ? `${text.slice(0, 20)}…` : text)
