import { type Colours, emptyColours, type Size } from './planes.ts'

/**
 * Continues known colours smoothly into the places where they are not known.
 *
 * Close to a known pixel its own neighbourhood counts, far from all of them a wide average (push-pull pyramid).
 *
 * @param colours  what is to be continued
 * @param known    1 where the colours can be trusted
 * @returns colours for every pixel; zeroes when nothing at all is known
 */
export const spreadColours = (colours: Colours, known: Uint8Array, size: Size): Colours => {
  const weights = new Float32Array(known)
  const weighted = emptyColours(size)
  for (const [channel, plane] of weighted.entries()) {
    for (let pixel = 0; pixel < plane.length; pixel += 1) {
      plane[pixel] = known[pixel] === 1 ? (colours[channel]?.[pixel] ?? 0) : 0
    }
  }
  return pull({ colours: weighted, weights, size }).colours
}

/** Colours that are already multiplied by their weight, from 0 (not known) to 1. */
interface Level {
  readonly colours: Colours
  readonly weights: Float32Array
  readonly size: Size
}

const pull = (level: Level): Level => {
  if (level.size.width === 1 && level.size.height === 1) return level
  const coarse = pull(halve(level))
  for (const [channel, plane] of level.colours.entries()) {
    const coarsePlane = coarse.colours[channel]
    if (coarsePlane !== undefined) fill({ plane, weights: level.weights, size: level.size }, coarsePlane, coarse.size)
  }
  level.weights.fill(1)
  return level
}

/** A colour is known or not: the sums over four pixels are divided by how many of them are known. */
const halve = ({ colours, weights, size }: Level): Level => {
  const half: Size = { width: Math.ceil(size.width / 2), height: Math.ceil(size.height / 2) }
  const counts = addUp(weights, size, half)
  const smaller = emptyColours(half)
  for (const [channel, plane] of smaller.entries()) {
    const sums = addUp(colours[channel] ?? plane, size, half)
    for (let pixel = 0; pixel < plane.length; pixel += 1) {
      plane[pixel] = (sums[pixel] ?? 0) / Math.max(1, counts[pixel] ?? 1)
    }
  }
  return { colours: smaller, weights: counts.map((count) => Math.min(1, count)), size: half }
}

const addUp = (plane: Float32Array, { width, height }: Size, half: Size): Float32Array => {
  const sums = new Float32Array(half.width * half.height)
  for (let y = 0, pixel = 0; y < height; y += 1) {
    const row = (y >> 1) * half.width
    for (let x = 0; x < width; x += 1, pixel += 1) {
      const target = row + (x >> 1)
      sums[target] = (sums[target] ?? 0) + (plane[pixel] ?? 0)
    }
  }
  return sums
}

/** Fills what is not known from the coarser plane, smoothly. */
const fill = (
  { plane, weights, size }: { plane: Float32Array; weights: Float32Array; size: Size },
  coarse: Float32Array,
  { width, height }: Size,
): void => {
  for (let y = 0, pixel = 0; y < size.height; y += 1) {
    const row = Math.max(0, y / 2 - 0.25)
    const top = Math.floor(row)
    const bottom = Math.min(height - 1, top + 1)
    for (let x = 0; x < size.width; x += 1, pixel += 1) {
      if (weights[pixel] === 1) continue
      const column = Math.max(0, x / 2 - 0.25)
      const left = Math.floor(column)
      const right = Math.min(width - 1, left + 1)
      const above = blend(coarse[top * width + left], coarse[top * width + right], column - left)
      const below = blend(coarse[bottom * width + left], coarse[bottom * width + right], column - left)
      plane[pixel] = blend(above, below, row - top)
    }
  }
}

const blend = (first = 0, second = 0, share = 0): number => first + (second - first) * share
