import { numbers, type Size } from './planes.ts'

const far = 1e9

/** For each pixel how far, in pixels, the nearest pixel with a 1 in `targets` is (to within 4 %). Far more than any size when there is none. */
export const distancesTo = (targets: Uint8Array, size: Size): Float32Array => {
  const distances = numbers(targets.length, (pixel) => (targets[pixel] === 1 ? 0 : far))
  sweep(distances, size, { start: 0, end: targets.length, step: 1 })
  sweep(distances, size, { start: targets.length - 1, end: -1, step: -1 })
  return distances
}

/** One pass of the 3 x 3 chamfer: each pixel learns from the four neighbours that were visited before it. */
const sweep = (
  distances: Float32Array,
  { width, height }: Size,
  order: { start: number; end: number; step: 1 | -1 },
): void => {
  const { step } = order
  const [firstColumn, lastColumn] = step === 1 ? [0, width - 1] : [width - 1, 0]
  const firstRow = step === 1 ? 0 : height - 1
  for (let pixel = order.start; pixel !== order.end; pixel += step) {
    const x = pixel % width
    let nearest = distances[pixel] ?? far
    if (x !== firstColumn) nearest = Math.min(nearest, (distances[pixel - step] ?? far) + 0.955)
    if (Math.floor(pixel / width) !== firstRow) {
      const before = pixel - step * width
      nearest = Math.min(nearest, (distances[before] ?? far) + 0.955)
      if (x !== firstColumn) nearest = Math.min(nearest, (distances[before - step] ?? far) + 1.3693)
      if (x !== lastColumn) nearest = Math.min(nearest, (distances[before + step] ?? far) + 1.3693)
    }
    distances[pixel] = nearest
  }
}
