import { setImmediate as pause } from 'node:timers/promises'

import type { Size } from './planes.ts'

const rowsAtATime = 64

/**
 * Removes single dots from the opacity, in place: a pixel that is clearer than all its neighbours but one, or more
 * opaque, takes that neighbour's opacity. A hair one pixel wide has two such neighbours and stays.
 *
 * @param photo RGBA bytes, row by row
 */
export const despeckle = async (photo: Buffer, { width, height }: Size): Promise<void> => {
  let above = opacitiesOf(photo, 0, width)
  let own = above
  for (let y = 0; y < height; y += 1) {
    if (y % rowsAtATime === 0) await pause()
    const below = y + 1 < height ? opacitiesOf(photo, y + 1, width) : own
    for (let x = 1; x < width - 1; x += 1) {
      // Inside and outside nothing changes, and most of a picture is inside or outside.
      const sum = (own[x - 1] ?? 0) + (own[x] ?? 0) + (own[x + 1] ?? 0) + (above[x] ?? 0) + (below[x] ?? 0)
      if (sum === 0 || sum === 5 * 255) continue
      photo[(y * width + x) * 4 + 3] = withinNeighbours([above, own, below], x)
    }
    above = own
    own = below
  }
}

const opacitiesOf = (photo: Buffer, y: number, width: number): Uint8Array => {
  const row = new Uint8Array(width)
  for (let x = 0; x < width; x += 1) row[x] = photo[(y * width + x) * 4 + 3] ?? 0
  return row
}

const withinNeighbours = (rows: readonly [Uint8Array, Uint8Array, Uint8Array], x: number): number => {
  let [lowest, low, high, highest] = [255, 255, 0, 0]
  for (const row of rows) {
    for (let column = x - 1; column <= x + 1; column += 1) {
      if (row === rows[1] && column === x) continue
      const value = row[column] ?? 0
      if (value < lowest) [lowest, low] = [value, lowest]
      else if (value < low) low = value
      if (value > highest) [highest, high] = [value, highest]
      else if (value > high) high = value
    }
  }
  return Math.min(high, Math.max(low, rows[1][x] ?? 0))
}
