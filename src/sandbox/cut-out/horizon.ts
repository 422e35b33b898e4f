import { type BorderFit, fitMost, missOf } from './border-fit.ts'
import type { Colours, Size } from './planes.ts'
import type { Sample, Surface } from './surface-fit.ts'

/** Two backgrounds, one above the other. */
export interface Horizon {
  readonly above: BorderFit
  readonly below: BorderFit
  /** Where they meet, for an x from -1 to 1: a y from -1 (top) to 1. */
  readonly rowAt: (x: number) => number
}

const sideWidth = 0.05
const window = 0.08
const smallestJump = 5

/**
 * Looks whether the border is two backgrounds rather than one: a wall and the table under it.
 *
 * A portrait can fill the lower border too. But shoulders rise towards the neck, while a table ends in a straight line.
 */
export const findHorizon = (
  border: readonly Sample[],
  single: BorderFit,
  picture: { lab: Colours; size: Size },
): Horizon | null => {
  const left = sharpestRow(border.filter(({ x }) => x < sideWidth - 1))
  const right = sharpestRow(border.filter(({ x }) => x > 1 - sideWidth))
  if (left === null || right === null || Math.abs(left - right) > 0.25) return null
  const rowAt = (x: number): number => left + ((x + 1) / 2) * (right - left)
  const upper = border.filter(({ x, y }) => y < rowAt(x) - window / 2)
  const lower = border.filter(({ x, y }) => y > rowAt(x) + window / 2)
  const [above, below] = [fitMost(upper), fitMost(lower)]
  const [aboveShare, belowShare] = [fittingShare(upper, above), fittingShare(lower, below)]
  const spread = Math.max(above.spread, below.spread)
  const isOneEnough = fittingShare(border, single) > 0.9 && single.spread < 1.05 * spread
  if (aboveShare < 0.85 || belowShare < 0.85 || spread > 5 || isOneEnough) return null
  return isStraight({ above, below, rowAt }, picture) ? { above, below, rowAt } : null
}

const fittingShare = (samples: readonly Sample[], { surface, tolerance }: BorderFit): number =>
  samples.filter((sample) => missOf(surface, sample) < tolerance).length / samples.length

/** The row where the colours above and below differ most, or null when they hardly differ anywhere. */
const sharpestRow = (side: readonly Sample[]): number | null => {
  let best = { row: 0, jump: smallestJump }
  for (let row = -0.85; row < 0.9; row += 0.01) {
    const above = meanOf(side.filter(({ y }) => y < row && y > row - window))
    const below = meanOf(side.filter(({ y }) => y > row && y < row + window))
    if (above === null || below === null) continue
    const jump = Math.hypot(above[0] - below[0], above[1] - below[1], above[2] - below[2])
    if (jump > best.jump) best = { row, jump }
  }
  return best.jump > smallestJump ? best.row : null
}

const meanOf = (samples: readonly Sample[]): readonly [number, number, number] | null => {
  if (samples.length < 3) return null
  const mean = (channel: 0 | 1 | 2): number =>
    samples.reduce((sum, { colour }) => sum + colour[channel], 0) / samples.length
  return [mean(0), mean(1), mean(2)]
}

/** Follows the line from both sides into the picture. */
const isStraight = (horizon: Horizon, { lab, size }: { lab: Colours; size: Size }): boolean => {
  const depths = [0.02, 0.04, 0.06, 0.08, 0.1, 0.12]
  const columns = [...depths, ...depths.map((depth) => 1 - depth)]
  return columns.every((column) => {
    const x = column * 2 - 1
    return [-0.06, -0.04, 0.04, 0.06].every((off) => {
      const y = horizon.rowAt(x) + off
      const colour = patchAt({ column, row: (y + 1) / 2 }, lab, size)
      const missBy = ({ surface }: { surface: Surface }): number => missOf(surface, { x, y, colour, weight: 1 })
      const [own, other] = off < 0 ? [horizon.above, horizon.below] : [horizon.below, horizon.above]
      return missBy(own) < missBy(other)
    })
  })
}

/** The mean of a few pixels in a row: a single one is as much grain as colour. */
const patchAt = (at: { column: number; row: number }, lab: Colours, { width, height }: Size): Sample['colour'] => {
  const middle = Math.floor(at.row * height) * width + Math.floor(at.column * width)
  const mean = (plane: Float32Array): number => plane.subarray(middle - 4, middle + 5).reduce((a, b) => a + b, 0) / 9
  return [mean(lab[0]), mean(lab[1]), mean(lab[2])]
}
