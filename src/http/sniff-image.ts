import { fileTypeFromBuffer } from 'file-type'
import { isImageExtension } from '../domain/image-reference.ts'

/** How much of the beginning of a file is looked at, in bytes. */
export const headBytes = 4_100

/** Extensions that name one format. `heif` is the container of all that is in the family. */
const families: readonly (readonly [format: string, extensions: readonly string[]])[] = [
  ['jpg', ['jpg', 'jpeg', 'jfif']],
  ['tif', ['tif', 'tiff']],
  ['apng', ['png']],
  ['heic', ['heic', 'heif']],
  ['avif', ['avif', 'heif']],
  ['heif', ['heif', 'heic', 'avif']],
  ['jp2', ['jp2']],
  ['jpx', ['jp2']],
  ['jpm', ['jp2']],
  ['j2c', ['jp2']],
]
const extensionsOf = (format: string): readonly string[] => families.find(([name]) => name === format)?.[1] ?? [format]

/**
 * What is wrong with a file whose content should be what its extension says.
 *
 * @param extension lower case, without the dot
 * @param head      the first `headBytes` bytes of the file, or all where it has fewer
 * @returns words that say what to do; null: nothing
 */
export const contentProblem = async (extension: string, head: Buffer): Promise<string | null> => {
  const format = heifFormat(head) ?? (await fileTypeFromBuffer(head))?.ext ?? tiffFormat(head)
  const called = `This file is called ${extension.toUpperCase()}, but its content is`
  if (format === null) return `${called} no image that is known.`
  const [first = '', ...others] = extensionsOf(format)
  if (first === extension || others.includes(extension)) return null
  return isImageExtension(first)
    ? `${called} ${first.toUpperCase()}. Ask for an upload with the extension ${first}.`
    : `${called} ${format.toUpperCase()}, which Magic Hour does not take. Save it as JPG or PNG.`
}

/**
 * Of this family the brands are read here: file-type takes rarer ones for video, and a file whose first brand is the
 * container's (`mif1`) for HEIC, whatever is in it (ISO/IEC 23008-12, annex B; AV1 Image File Format, 8).
 */
const heifFormat = (head: Buffer): string | null => {
  if (head.toString('latin1', 4, 8) !== 'ftyp') return null
  const end = Math.min(head.length, head.readUInt32BE(0))
  const brands = head.toString('latin1', 8, end).match(/.{4}/gs) ?? []
  const [major = ''] = brands
  // The second four bytes are the minor version.
  const compatible = brands.slice(2)
  const own = formatOfBrand(major)
  if (own !== 'heif') return own
  const named = new Set(compatible.map(formatOfBrand).filter((format) => format !== null && format !== 'heif'))
  return named.size === 1 ? ([...named][0] ?? own) : own
}

const formatOfBrand = (brand: string): 'heic' | 'avif' | 'heif' | null => {
  if (/^(?:hei[cxms]|hev[cxms])$/.test(brand)) return 'heic'
  if (/^avi[fs]$/.test(brand)) return 'avif'
  return /^(?:mi[fa][12]|msf1|miaf|MiHB|MiHE|MiHA|heif)$/.test(brand) ? 'heif' : null
}

/** file-type looks into the directory of a TIFF, which is mostly written at the end of the file. */
const tiffFormat = (head: Buffer): string | null =>
  ['49492a00', '4d4d002a'].includes(head.toString('hex', 0, 4)) ? 'tif' : null
