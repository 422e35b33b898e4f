/** A straight line through points. */
export interface Trend {
  /** How much the value rises while the place grows by 1. */
  readonly slope: number
  /** The standard error of that, as if no value depended on the one before. */
  readonly slopeError: number
  readonly points: number
}

/** A value at a place. */
export interface Point {
  readonly at: number
  readonly value: number
}

/** The line for which the squares of the distances are least; null: through fewer than three places there is none with a spread. */
export const trendOf = (points: readonly Point[]): Trend | null => {
  if (new Set(points.map(({ at }) => at)).size < 3) return null
  const middle = { at: meanOf(points.map(({ at }) => at)), value: meanOf(points.map(({ value }) => value)) }
  const width = sumOf(points.map(({ at }) => (at - middle.at) ** 2))
  const slope = sumOf(points.map(({ at, value }) => (at - middle.at) * (value - middle.value))) / width
  const rest = sumOf(points.map(({ at, value }) => (value - middle.value - slope * (at - middle.at)) ** 2))
  return { slope, slopeError: Math.sqrt(rest / (points.length - 2) / width), points: points.length }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length
