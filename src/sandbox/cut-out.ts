import sharp, { type Sharp } from 'sharp'

import { despeckle } from './cut-out/despeckle.ts'
import { applyMatte, type Plan } from './cut-out/matte.ts'
import { emptyColours, flags, type Size } from './cut-out/planes.ts'
import { findSubject, type WorkingPicture } from './cut-out/subject-mask.ts'
import { layTrimap } from './cut-out/trimap.ts'

/** The bytes cannot be read as a picture, or as one of at most 100 megapixels. */
export class UnreadableImage extends Error {
  readonly code = 'invalid_file_format'
}

const largestPixels = 100_000_000
/** The subject is looked for in a picture of this size, whatever the photo's: that bounds time and memory. */
const workingPx = 1024

/**
 * Cuts the subject out of a photo that stands on an even background.
 *
 * @param photo       bytes of a png, jpeg, webp, avif, tiff or heif picture
 * @param background  bytes of a picture to put behind the subject, resized to the photo's size
 * @returns RGBA PNG bytes of the photo's size, after its EXIF orientation
 * @throws UnreadableImage when either picture cannot be read
 */
export const cutOut = async (photo: Buffer, background?: Buffer): Promise<Buffer> => {
  const { pixels, size } = await decode(photo)
  if (!isCutOutAlready(pixels, size)) {
    await applyMatte(pixels, size, await makePlan(pixels, size))
    await despeckle(pixels, size)
  }
  const raw = { ...size, channels: 4 } as const
  if (background === undefined) return sharp(pixels, { raw }).png().toBuffer()
  const behind = await readable(async () =>
    (await open(background))
      .resize({ ...size, fit: 'fill' })
      .raw()
      .toBuffer(),
  )
  return sharp(behind, { raw })
    .composite([{ input: pixels, raw }])
    .png()
    .toBuffer()
}

/** What the real API takes, as far as sharp can read it: no drawings and no animations. */
const photoFormats = new Set(['avif', 'heif', 'jpeg', 'png', 'tiff', 'webp'])

const open = async (bytes: Buffer): Promise<Sharp> => {
  const picture = sharp(bytes, { limitInputPixels: largestPixels, failOn: 'error' })
  const { format } = await picture.metadata()
  if (!photoFormats.has(format)) throw new UnreadableImage(`A picture of the format ${format} is not taken.`)
  return picture.autoOrient().toColourspace('srgb').ensureAlpha()
}

const readable = async <T>(read: () => Promise<T>): Promise<T> => {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof UnreadableImage) throw cause
    throw new UnreadableImage('The picture cannot be read.', { cause })
  }
}

const decode = async (photo: Buffer): Promise<{ pixels: Buffer; size: Size }> => {
  const { data, info } = await readable(async () => (await open(photo)).raw().toBuffer({ resolveWithObject: true }))
  return { pixels: data, size: { width: info.width, height: info.height } }
}

/** Someone has cut it out before: then its own transparency is better than ours could be. */
const isCutOutAlready = (pixels: Buffer, { width, height }: Size): boolean => {
  let [border, transparent] = [0, 0]
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const x = pixel % width
    if (x > 0 && x < width - 1 && pixel >= width && pixel < width * (height - 1)) continue
    border += 1
    if ((pixels[pixel * 4 + 3] ?? 0) < 128) transparent += 1
  }
  return transparent > border / 3
}

const makePlan = async (pixels: Buffer, size: Size): Promise<Plan> => {
  const working = await resizeForWork(pixels, size)
  const mask = await findSubject(working)
  const trimap = layTrimap(mask, working.colours, working.size)
  return { size: working.size, trimap, background: mask.background }
}

const resizeForWork = async (pixels: Buffer, size: Size): Promise<WorkingPicture> => {
  // A small picture is enlarged: its shadows would be as steep as the edges of a large one.
  const longestPx = Math.min(workingPx, 2 * Math.max(size.width, size.height))
  const { data, info } = await sharp(pixels, { raw: { ...size, channels: 4 } })
    .resize(longestPx, longestPx, { fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const working = { width: info.width, height: info.height }
  const colours = emptyColours(working)
  for (const [channel, plane] of colours.entries()) {
    for (let pixel = 0; pixel < plane.length; pixel += 1) plane[pixel] = data[pixel * 4 + channel] ?? 0
  }
  const usable = flags(info.width * info.height, (pixel) => (data[pixel * 4 + 3] ?? 0) >= 128)
  return { size: working, colours, usable }
}
