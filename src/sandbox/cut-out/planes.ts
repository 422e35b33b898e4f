/** Width and height in pixels. A plane holds one number a pixel, row by row. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Three planes: red, green, blue (0 to 255) or L, a, b, as the name says. */
export type Colours = readonly [Float32Array, Float32Array, Float32Array]

/** Three planes of zeroes. */
export const emptyColours = ({ width, height }: Size): Colours => [
  new Float32Array(width * height),
  new Float32Array(width * height),
  new Float32Array(width * height),
]

/** A plane of numbers. (`Float32Array.from` with a function is twenty times slower.) */
export const numbers = (length: number, valueAt: (pixel: number) => number): Float32Array => {
  const plane = new Float32Array(length)
  for (let pixel = 0; pixel < length; pixel += 1) plane[pixel] = valueAt(pixel)
  return plane
}

/** A plane of ones and zeroes: 1 where it is so. */
export const flags = (length: number, isSo: (pixel: number) => boolean): Uint8Array => {
  const plane = new Uint8Array(length)
  for (let pixel = 0; pixel < length; pixel += 1) plane[pixel] = isSo(pixel) ? 1 : 0
  return plane
}

/** Ones become zeroes and the other way round. */
export const flip = (plane: Uint8Array): Uint8Array => flags(plane.length, (pixel) => plane[pixel] !== 1)

/** The plane softened over the eight neighbours, so that sensor noise does not look like an edge. */
export const soften = (plane: Float32Array, { width, height }: Size): Float32Array => {
  const rows = new Float32Array(plane.length)
  const softened = new Float32Array(plane.length)
  for (let pixel = 0; pixel < plane.length; pixel += 1) {
    const x = pixel % width
    const left = plane[x === 0 ? pixel : pixel - 1] ?? 0
    const right = plane[x === width - 1 ? pixel : pixel + 1] ?? 0
    rows[pixel] = (left + 2 * (plane[pixel] ?? 0) + right) / 4
  }
  for (let pixel = 0; pixel < plane.length; pixel += 1) {
    const above = rows[pixel < width ? pixel : pixel - width] ?? 0
    const below = rows[pixel >= width * (height - 1) ? pixel : pixel + width] ?? 0
    softened[pixel] = (above + 2 * (rows[pixel] ?? 0) + below) / 4
  }
  return softened
}

/** 0 below `low`, 1 above `high`, an even S between. */
export const smoothstep = (low: number, high: number, value: number): number => {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)))
  return share * share * (3 - 2 * share)
}
