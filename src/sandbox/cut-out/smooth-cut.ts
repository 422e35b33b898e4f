import type { Size } from './planes.ts'

/** What speaks for subject and what a border line costs, one number a pixel. */
export interface CutCosts {
  /** From -1 (background for sure) to 1 (subject for sure). */
  readonly evidence: Float32Array
  /** Cost of a pixel of border line: near 0 on a sharp edge, 1 where there is none. */
  readonly lineCost: Float32Array
}

const iterations = 260
const step = 0.35
const weight = 0.3

/**
 * Splits a picture in two along the cheapest line: a gap in the subject's rim is closed, for a line across a narrow
 * gap costs less than the evidence that would be given up behind it.
 *
 * Solves the continuous minimal cut: weighted total variation, by the primal-dual method of Chambolle and Pock (2011).
 *
 * @returns the share of subject, 0 to 1, almost everywhere close to one or the other
 */
export const smoothCut = ({ evidence, lineCost }: CutCosts, size: Size): Float32Array => {
  const share = evidence.map((value) => (value > 0 ? 1 : 0))
  const ahead = Float32Array.from(share)
  const flow = { right: new Float32Array(share.length), down: new Float32Array(share.length) }
  for (let turn = 0; turn < iterations; turn += 1) {
    raiseFlow(flow, { ahead, lineCost }, size)
    lowerShare({ share, ahead, evidence }, flow, size)
  }
  return share
}

interface Flow {
  readonly right: Float32Array
  readonly down: Float32Array
}

const raiseFlow = (
  { right, down }: Flow,
  { ahead, lineCost }: { ahead: Float32Array; lineCost: Float32Array },
  { width, height }: Size,
): void => {
  for (let y = 0, pixel = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, pixel += 1) {
      const own = ahead[pixel] ?? 0
      const across = x === width - 1 ? 0 : (right[pixel] ?? 0) + step * ((ahead[pixel + 1] ?? 0) - own)
      const below = y === height - 1 ? 0 : (down[pixel] ?? 0) + step * ((ahead[pixel + width] ?? 0) - own)
      const length = Math.sqrt(across * across + below * below)
      const limit = lineCost[pixel] ?? 0
      const factor = length > limit ? limit / length : 1
      right[pixel] = across * factor
      down[pixel] = below * factor
    }
  }
}

const lowerShare = (
  { share, ahead, evidence }: { share: Float32Array; ahead: Float32Array; evidence: Float32Array },
  { right, down }: Flow,
  { width, height }: Size,
): void => {
  for (let y = 0, pixel = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, pixel += 1) {
      const inflow = (x === 0 ? 0 : (right[pixel - 1] ?? 0)) + (y === 0 ? 0 : (down[pixel - width] ?? 0))
      const own = share[pixel] ?? 0
      const gain = (right[pixel] ?? 0) + (down[pixel] ?? 0) - inflow + weight * (evidence[pixel] ?? 0)
      const next = Math.min(1, Math.max(0, own + step * gain))
      ahead[pixel] = 2 * next - own
      share[pixel] = next
    }
  }
}
