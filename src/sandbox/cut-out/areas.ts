import type { Size } from './planes.ts'

/** Pixels that hang together over their four sides. */
export interface Area {
  readonly pixels: Int32Array
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The areas of at least `smallest` pixels among the pixels with a 1. */
export const areasOf = (plane: Uint8Array, size: Size, smallest: number): Area[] => {
  const seen = new Uint8Array(plane.length)
  const queue = new Int32Array(plane.length)
  const areas: Area[] = []
  for (let seed = 0; seed < plane.length; seed += 1) {
    if (plane[seed] !== 1 || seen[seed] === 1) continue
    const pixels = gather({ plane, seen, queue }, seed, size.width)
    if (pixels.length >= smallest) areas.push({ pixels, ...boundsOf(pixels, size.width) })
  }
  return areas
}

/** How many pixels lie wholly inside the area without being of it: the print on a label, the hole of a ring. */
export const enclosedPixels = (area: Area, size: Size): number => {
  const width = area.right - area.left + 3
  const height = area.bottom - area.top + 3
  const outside = new Uint8Array(width * height).fill(1)
  for (const pixel of area.pixels) {
    const x = (pixel % size.width) - area.left + 1
    const y = Math.floor(pixel / size.width) - area.top + 1
    outside[y * width + x] = 0
  }
  const seen = new Uint8Array(outside.length)
  const around = gather({ plane: outside, seen, queue: new Int32Array(outside.length) }, 0, width)
  return outside.length - area.pixels.length - around.length
}

const gather = (
  { plane, seen, queue }: { plane: Uint8Array; seen: Uint8Array; queue: Int32Array },
  seed: number,
  width: number,
): Int32Array => {
  let end = 0
  const visit = (pixel: number): void => {
    if (plane[pixel] !== 1 || seen[pixel] === 1) return
    seen[pixel] = 1
    queue[end] = pixel
    end += 1
  }
  visit(seed)
  for (let start = 0; start < end; start += 1) {
    const pixel = queue[start] ?? 0
    const x = pixel % width
    if (x > 0) visit(pixel - 1)
    if (x < width - 1) visit(pixel + 1)
    visit(pixel - width)
    visit(pixel + width)
  }
  return queue.slice(0, end)
}

const boundsOf = (pixels: Int32Array, width: number): Omit<Area, 'pixels'> => {
  const bounds = { left: Infinity, top: Infinity, right: -1, bottom: -1 }
  for (const pixel of pixels) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    bounds.left = Math.min(bounds.left, x)
    bounds.right = Math.max(bounds.right, x)
    bounds.top = Math.min(bounds.top, y)
    bounds.bottom = Math.max(bounds.bottom, y)
  }
  return bounds
}
