import sharp from 'sharp'

const picture = () => sharp({ create: { width: 40, height: 30, channels: 3, background: '#c22' } })

/** Small pictures, each in its own format. */
export const pictures = {
  png: () => picture().png().toBuffer(),
  jpg: () => picture().jpeg().toBuffer(),
  webp: () => picture().webp().toBuffer(),
  avif: () => picture().avif().toBuffer(),
  // The directory of a TIFF stands at its end: of this one, behind the bytes that are looked at.
  tiff: () =>
    sharp({ create: { width: 200, height: 150, channels: 3, background: '#c22' } })
      .tiff({ compression: 'none' })
      .toBuffer(),
}

/**
 * The beginning of a file of the HEIF family.
 *
 * @param major      its first brand, four letters
 * @param compatible those that follow
 */
export const heifHead = (major: string, ...compatible: readonly string[]): Buffer => {
  const box = Buffer.from(`\0\0\0\0ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1')
  box.writeUInt32BE(box.length, 0)
  return Buffer.concat([box, Buffer.alloc(64)])
}

/** What an iPhone writes. */
export const anIphonePhoto = (): Buffer =>
  Buffer.concat([heifHead('heic', 'mif1', 'MiHE', 'heic'), Buffer.alloc(5_000, 7)])
