import type { Likeness } from './background-likeness.ts'
import { numbers, type Size, smoothstep } from './planes.ts'
import { smoothCut } from './smooth-cut.ts'

const coarsePx = 256
/** What looks like background, but is walled off from it, is rather subject: holes are looked for later. */
const enclosed = 0.1

/** What is known of each pixel before the subject's outline is looked for. */
export interface Findings {
  readonly likeness: Likeness
  /** 1 where background is likely and hangs together with the border. */
  readonly isReached: Uint8Array
  /** Grain of the background, in CIELAB. */
  readonly spread: number
}

/**
 * Where the subject is, seen from far: no wisps and no narrow gaps, but nothing of the body is missing.
 *
 * @returns share of subject (0 to 1) for every pixel of the picture
 */
export const findCoarseSubject = ({ likeness, isReached, spread }: Findings, size: Size): Float32Array => {
  const cell = Math.max(1, Math.max(size.width, size.height) / coarsePx)
  const coarse = { width: Math.ceil(size.width / cell), height: Math.ceil(size.height / cell) }
  const evidence = new Float32Array(coarse.width * coarse.height)
  const counts = new Float32Array(evidence.length)
  const sharpest = new Float32Array(evidence.length)
  const cellOf = (pixel: number): number =>
    Math.floor(Math.floor(pixel / size.width) / cell) * coarse.width + Math.floor((pixel % size.width) / cell)
  for (let pixel = 0; pixel < likeness.edge.length; pixel += 1) {
    const at = cellOf(pixel)
    const byLooks = evidenceAt(likeness, pixel, spread)
    evidence[at] = (evidence[at] ?? 0) + (isReached[pixel] === 1 ? byLooks : Math.max(byLooks, enclosed))
    counts[at] = (counts[at] ?? 0) + 1
    // White on white has a faint edge, and so has a shadow on white: but the shadow is much darker.
    const faintEdge = Math.min(2, 0.8 + spread) + 0.08 * (likeness.difference[pixel] ?? 0)
    sharpest[at] = Math.max(sharpest[at] ?? 0, (likeness.edge[pixel] ?? 0) / faintEdge)
  }
  const lineCost = sharpest.map((sharpness) => 0.03 + 1 / (1 + sharpness ** 2))
  const mean = evidence.map((sum, at) => sum / Math.max(1, counts[at] ?? 1))
  const share = smoothCut({ evidence: mean, lineCost }, coarse)
  return numbers(likeness.edge.length, (pixel) => share[cellOf(pixel)] ?? 0)
}

const evidenceAt = ({ tint, light, difference }: Likeness, pixel: number, spread: number): number => {
  const byTint = (tint[pixel] ?? 0) / Math.min(9, 4 + spread) - 1
  const lit = light[pixel] ?? 1
  // Darker may be a shadow: that hardly counts, unless it is all but black. Lighter is seldom the ground.
  const byShade = smoothstep(0.02, 0.2, 1 - lit) * 1.12 - 1 + 0.6 * smoothstep(0.4, 0.6, 1 - lit)
  const byLight = lit < 1 ? byShade : smoothstep(0, 0.2, lit - 1) * 2 - 1
  const likeIt = (difference[pixel] ?? 0) < 3 + spread ? -0.5 : 0
  return Math.min(1, Math.max(-1, Math.max(byTint, byLight) + likeIt))
}
