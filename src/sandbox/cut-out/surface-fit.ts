import type { Size } from './planes.ts'

/** A smooth surface over the picture, for each of three channels: coefficients of a polynomial in x and y from -1 to 1. */
export interface Surface {
  readonly order: 1 | 2
  readonly coefficients: readonly (readonly number[])[]
}

/** A colour at a place, with how much it counts. */
export interface Sample {
  readonly x: number
  readonly y: number
  readonly colour: readonly [number, number, number]
  readonly weight: number
}

/** The surface that comes closest to the samples (weighted least squares), or null when they do not settle one. */
export const fitSurface = (samples: readonly Sample[], order: Surface['order']): Surface | null => {
  const terms = order === 1 ? 3 : 6
  const rows = Array.from({ length: terms }, () => Array.from({ length: terms + 3 }, () => 0))
  for (const sample of samples) {
    const basis = basisAt(sample.x, sample.y, order)
    const right = [...basis, ...sample.colour]
    for (const [index, row] of rows.entries()) {
      const factor = (basis[index] ?? 0) * sample.weight
      for (const [column, value] of right.entries()) row[column] = (row[column] ?? 0) + factor * value
    }
  }
  return solve(rows)
    ? { order, coefficients: [0, 1, 2].map((channel) => rows.map((row) => row[terms + channel] ?? 0)) }
    : null
}

/** The surface's value for one channel at (x, y), both from -1 to 1. */
export const surfaceAt = ({ coefficients }: Surface, channel: number, at: { x: number; y: number }): number => {
  const [constant = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0] = coefficients[channel] ?? []
  return constant + x * at.x + y * at.y + xx * at.x * at.x + xy * at.x * at.y + yy * at.y * at.y
}

/** A pixel's place on the scale from -1 to 1 that surfaces use. */
export const placeOf = (pixel: number, { width, height }: Size): { x: number; y: number } => ({
  x: ((pixel % width) * 2) / width - 1,
  y: (Math.floor(pixel / width) * 2) / height - 1,
})

const basisAt = (x: number, y: number, order: Surface['order']): number[] =>
  order === 1 ? [1, x, y] : [1, x, y, x * x, x * y, y * y]

/** Gauss-Jordan with row exchange, in place; false when the equations do not settle every unknown. */
const solve = (rows: number[][]): boolean => {
  for (const index of rows.keys()) {
    const best = rows.reduce(
      (found, row, at) => (at >= index && Math.abs(row[index] ?? 0) > Math.abs(rows[found]?.[index] ?? 0) ? at : found),
      index,
    )
    const [lead, other] = [rows[best], rows[index]]
    if (lead === undefined || other === undefined || Math.abs(lead[index] ?? 0) < 1e-9) return false
    rows[best] = other
    const pivot = lead[index] ?? 1
    rows[index] = lead.map((value) => value / pivot)
    const scaled = rows[index]
    for (const [at, row] of rows.entries()) {
      const factor = row[index] ?? 0
      if (at !== index && factor !== 0) rows[at] = row.map((value, column) => value - factor * (scaled[column] ?? 0))
    }
  }
  return true
}
