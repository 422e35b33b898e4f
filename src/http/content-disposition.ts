import { isImageExtension } from '../domain/image-reference.ts'

const extensions: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/webp': 'webp', 'image/avif': 'avif' }

/**
 * The header that says under which name an image is saved (RFC 6266): the job's, with the extension of what it is. Names that
 * are not ASCII come twice, the second time in the form of RFC 8187.
 *
 * @param name  null: the job has none
 * @param index which of the job's results; the first has no number
 * @param type  its content type
 */
export const inlineDisposition = ({
  name,
  index,
  type,
}: {
  readonly name: string | null
  readonly index: number
  readonly type: string
}): string => {
  const number = index === 0 ? '' : ` ${index + 1}`
  const file = `${stemOf(name ?? '')}${number}.${extensions[type] ?? 'png'}`
  const ascii = file.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_')
  return `inline; filename="${ascii}"${ascii === file ? '' : `; filename*=UTF-8''${encode(file)}`}`
}

/** Without what no file system takes, and without an extension that would be wrong. */
const stemOf = (name: string): string => {
  const [, stem = name, extension = ''] = /^(.+)\.([a-z0-9]+)$/is.exec(name) ?? []
  const kept = isImageExtension(extension.toLowerCase()) ? stem : name
  const harmless = kept
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, '_')
    .trim()
    .replace(/^\.+/, '')
  return harmless === '' ? 'background-removed' : harmless
}

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
