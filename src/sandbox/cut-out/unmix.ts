import { smoothstep } from './planes.ts'

/** A pixel's red, green and blue, 0 to 255. */
export type Rgb = [number, number, number]

/** What a pixel of the edge is made of. */
export interface Mixture {
  /** Share of the subject, 0 to 1. */
  opacity: number
  /** The subject's colour near by, sRGB 0 to 255. */
  readonly subject: Rgb
}

/** How many colours of the subject are tried for each pixel of the edge. */
export const candidatesPerPixel = 16

/** JPEG stores tints at half the resolution: at an edge they run over, so brightness has more say. */
const tintWeight = 0.3

const greyOf = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue

/**
 * Finds the share of subject in a mixed pixel: for each candidate the share that explains the pixel best is worked
 * out, and the candidates that leave the least unexplained decide together.
 *
 * Where subject and background have nearly the same colour, or nothing explains the pixel, the prior decides.
 *
 * @param candidates  red, green, blue of the candidates, from `first` on; NaN where there is none
 * @param into        takes the answer, so that nothing is allocated a pixel
 */
export const unmix = (
  { colour, ground, prior }: { colour: Rgb; ground: Rgb; prior: number },
  { candidates, first }: { candidates: Float32Array; first: number },
  into: Mixture,
): void => {
  const [red0, green0, blue0] = ground
  const r = colour[0] - red0
  const b = colour[2] - blue0
  const grey = greyOf(r, colour[1] - green0, b)
  let [weights, opacity, span, bestMiss] = [1e-12, 0, 0, Infinity]
  let [red, green, blue] = [0, 0, 0]
  for (let index = first; index < first + candidatesPerPixel * 3; index += 3) {
    const candidateRed = candidates[index] ?? NaN
    if (Number.isNaN(candidateRed)) continue
    const candidateGreen = candidates[index + 1] ?? 0
    const candidateBlue = candidates[index + 2] ?? 0
    const dr = candidateRed - red0
    const db = candidateBlue - blue0
    const step = greyOf(dr, candidateGreen - green0, db)
    const [stepU, stepV] = [(db - step) * tintWeight, (dr - step) * tintWeight]
    const length = 3 * step * step + stepU * stepU + stepV * stepV + 1
    const [u, v] = [(b - grey) * tintWeight, (r - grey) * tintWeight]
    const share = Math.min(1, Math.max(0, (3 * grey * step + u * stepU + v * stepV) / length))
    const miss = 3 * (grey - share * step) ** 2 + (u - share * stepU) ** 2 + (v - share * stepV) ** 2
    const weight = Math.exp(-miss / 128 - 1.5 * Math.abs(share - prior)) + 1e-9
    weights += weight
    opacity += weight * share
    span += weight * length
    red += weight * candidateRed
    green += weight * candidateGreen
    blue += weight * candidateBlue
    if (miss < bestMiss) bestMiss = miss
  }
  const trust = (Math.exp(-bestMiss / 500) * span) / (span + 200 * weights)
  into.opacity = trust * (opacity / weights) + (1 - trust) * smoothstep(0.25, 0.75, prior)
  into.subject[0] = red / weights
  into.subject[1] = green / weights
  into.subject[2] = blue / weights
}
