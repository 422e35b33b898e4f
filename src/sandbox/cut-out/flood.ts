import { distancesTo } from './distances.ts'
import { flags, flip, type Size } from './planes.ts'

/**
 * The passable pixels that a disc can reach from the seeds: gaps that are narrower are not passed, so that a gleam on
 * the subject's rim does not let the background in.
 *
 * @param radius  of the disc, in pixels
 */
export const floodWithDisc = (
  { isPassable, radius }: { isPassable: Uint8Array; radius: number },
  size: Size,
  isSeed: (pixel: number, size: Size) => boolean,
): Uint8Array => {
  const walls = distancesTo(flip(isPassable), size)
  const reached = spreadWithin(
    flags(walls.length, (pixel) => (walls[pixel] ?? 0) > radius),
    size,
    isSeed,
  )
  const near = distancesTo(reached, size)
  return flags(near.length, (pixel) => isPassable[pixel] === 1 && (near[pixel] ?? 0) <= radius)
}

/** The pixels of `area` that hang together, over their four sides, with a seed that is in it too. */
export const spreadWithin = (
  area: Uint8Array,
  size: Size,
  isSeed: (pixel: number, size: Size) => boolean,
): Uint8Array => {
  const { width } = size
  const reached = new Uint8Array(area.length)
  const queue = new Int32Array(area.length)
  let end = 0
  const visit = (pixel: number): void => {
    if (area[pixel] !== 1 || reached[pixel] === 1) return
    reached[pixel] = 1
    queue[end] = pixel
    end += 1
  }
  for (let pixel = 0; pixel < area.length; pixel += 1) if (isSeed(pixel, size)) visit(pixel)
  for (let start = 0; start < end; start += 1) {
    const pixel = queue[start] ?? 0
    const x = pixel % width
    if (x > 0) visit(pixel - 1)
    if (x < width - 1) visit(pixel + 1)
    visit(pixel - width)
    visit(pixel + width)
  }
  return reached
}

/** Whether a pixel is in the picture's outermost row or column. */
export const isOnBorder = (pixel: number, { width, height }: Size): boolean => {
  const x = pixel % width
  return x === 0 || x === width - 1 || pixel < width || pixel >= width * (height - 1)
}
