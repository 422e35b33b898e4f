import type { BackgroundModel } from './background-model.ts'
import { type Colours, type Size, soften } from './planes.ts'

/** How each pixel compares with the background that is expected there. */
export interface Likeness {
  /** Distance in CIELAB. */
  readonly difference: Float32Array
  /** The part of the distance that no shadow and no lamp explains. */
  readonly tint: Float32Array
  /** Brightness against the background's, on CIELAB's cube-root scale: 0.8 is half the light. */
  readonly light: Float32Array
  /** Change of colour from pixel to pixel beyond the background's grain, in CIELAB. */
  readonly edge: Float32Array
}

const rippleWidth = 12

/** Compares the picture with the background that is expected behind it. */
export const compareWithBackground = (lab: Colours, { colours, spread }: BackgroundModel, size: Size): Likeness => {
  const smooth: Colours = [soften(lab[0], size), soften(lab[1], size), soften(lab[2], size)]
  const planes = { difference: blank(size), tint: blank(size), light: blank(size), edge: blank(size) }
  for (let pixel = 0; pixel < planes.edge.length; pixel += 1) {
    const expectedL = colours[0][pixel] ?? 0
    const expectedA = colours[1][pixel] ?? 0
    const expectedB = colours[2][pixel] ?? 0
    const [l, a, b] = [smooth[0][pixel] ?? 0, smooth[1][pixel] ?? 0, smooth[2][pixel] ?? 0]
    const light = (l + 16) / (expectedL + 16)
    planes.light[pixel] = light
    planes.difference[pixel] = Math.sqrt((l - expectedL) ** 2 + (a - expectedA) ** 2 + (b - expectedB) ** 2)
    planes.tint[pixel] = Math.sqrt((a - light * expectedA) ** 2 + (b - light * expectedB) ** 2)
    planes.edge[pixel] = Math.max(0, edgeAt(smooth, pixel, size) - 0.5 * spread)
  }
  hushNearEdges(planes.edge, spread, size)
  return planes
}

/**
 * JPEG leaves ripples in the blocks of 16 pixels round a strong edge. So that they do not pass for edges of their own,
 * next to strong edges faint ones do not count - unless they are lost in the background's grain anyway.
 */
const hushNearEdges = (edge: Float32Array, spread: number, { width, height }: Size): void => {
  const columns = Math.ceil(width / rippleWidth)
  const strongest = new Float32Array(columns * Math.ceil(height / rippleWidth))
  const blockOf = (x: number, y: number): number => Math.floor(y / rippleWidth) * columns + Math.floor(x / rippleWidth)
  for (let pixel = 0; pixel < edge.length; pixel += 1) {
    const block = blockOf(pixel % width, Math.floor(pixel / width))
    strongest[block] = Math.max(strongest[block] ?? 0, edge[pixel] ?? 0)
  }
  for (let pixel = 0; pixel < edge.length; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const [left, right] = [Math.max(0, x - rippleWidth), Math.min(width - 1, x + rippleWidth)]
    const [above, below] = [Math.max(0, y - rippleWidth), Math.min(height - 1, y + rippleWidth)]
    const beside = Math.max(strongest[blockOf(left, y)] ?? 0, strongest[blockOf(right, y)] ?? 0)
    const near = Math.max(beside, strongest[blockOf(x, above)] ?? 0, strongest[blockOf(x, below)] ?? 0)
    const strong = Math.max(near, strongest[blockOf(x, y)] ?? 0)
    edge[pixel] = Math.max(0, (edge[pixel] ?? 0) - Math.max(0, 0.1 * (strong - 6) - spread))
  }
}

const blank = ({ width, height }: Size): Float32Array => new Float32Array(width * height)

const edgeAt = (lab: Colours, pixel: number, { width, height }: Size): number => {
  const x = pixel % width
  const [left, right] = [x === 0 ? pixel : pixel - 1, x === width - 1 ? pixel : pixel + 1]
  const [above, below] = [pixel < width ? pixel : pixel - width, pixel >= width * (height - 1) ? pixel : pixel + width]
  let sum = 0
  for (const plane of lab) {
    sum += ((plane[right] ?? 0) - (plane[left] ?? 0)) ** 2 + ((plane[below] ?? 0) - (plane[above] ?? 0)) ** 2
  }
  return Math.sqrt(sum) / 2
}
