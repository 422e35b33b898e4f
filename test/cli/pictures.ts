import sharp from 'sharp'

/** Writes a photo: a dark red ellipse on an even light ground, 120 by 90. */
export const writePhoto = async (path: string): Promise<void> => {
  const drawing = `<svg width="120" height="90"><rect width="120" height="90" fill="#eeeae4"/>
    <ellipse cx="60" cy="45" rx="30" ry="28" fill="#a03020"/></svg>`
  await sharp(Buffer.from(drawing)).toFile(path)
}

/** Writes an image of one colour. */
export const writePlainImage = async (path: string, background: string): Promise<void> => {
  await sharp({ create: { width: 40, height: 80, channels: 3, background } }).toFile(path)
}

/** The size of a picture, and red, green, blue and alpha of its corner and its centre. */
export const lookAt = async (path: string) => {
  const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number): readonly number[] => {
    const start = (y * info.width + x) * info.channels
    return [...data.subarray(start, start + info.channels)]
  }
  return {
    format: (await sharp(path).metadata()).format,
    width: info.width,
    height: info.height,
    corner: at(1, 1),
    centre: at(Math.floor(info.width / 2), Math.floor(info.height / 2)),
  }
}
