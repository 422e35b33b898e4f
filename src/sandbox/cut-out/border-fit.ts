import { fitSurface, type Sample, type Surface, surfaceAt } from './surface-fit.ts'

/** A smooth surface, and how well the samples that agree with it do so. */
export interface BorderFit {
  readonly surface: Surface
  /** Samples that miss the surface by less belong to it (CIELAB). */
  readonly tolerance: number
  /** How far those that belong to it stray: grain, texture, unevenness. */
  readonly spread: number
}

const trials = 300
const closeEnough = 6

/**
 * Finds the smooth surface that most samples agree on, whatever the others say, and fits it again and again to those
 * who agree.
 */
export const fitMost = (samples: readonly Sample[]): BorderFit => {
  let surface = agreedPlane(samples)
  let tolerance = closeEnough
  for (let round = 0; round < 8; round += 1) {
    const misses = samples.map((sample) => missOf(surface, sample))
    const near = misses.filter((miss) => miss < tolerance).toSorted((a, b) => a - b)
    tolerance = Math.max(3, Math.min(14, 3.5 * (near[near.length >> 1] ?? 0) + 1.5))
    const agreeing = samples.flatMap((sample, index) => {
      const share = (misses[index] ?? 0) / tolerance
      return share < 1 ? [{ ...sample, weight: sample.weight * (1 - share * share) ** 2 }] : []
    })
    surface = fitSurface(agreeing, 2) ?? surface
  }
  const misses = samples.map((sample) => missOf(surface, sample)).filter((miss) => miss < tolerance)
  const spread = misses.toSorted((a, b) => a - b)[Math.floor(misses.length * 0.7)] ?? 0
  return { surface, tolerance, spread }
}

/** The plane through three border samples that most of the others agree with (RANSAC, with fixed draws). */
const agreedPlane = (border: readonly Sample[]): Surface => {
  const jury = border.filter((_, index) => index % Math.ceil(border.length / 500) === 0)
  let best: Surface = { order: 1, coefficients: [[100], [0], [0]] }
  let bestVotes = -1
  for (let trial = 0; trial < trials; trial += 1) {
    const drawn = [1, 2, 3].flatMap((turn) => border[Math.floor(draw(trial * 3 + turn) * border.length)] ?? [])
    const plane = fitSurface(drawn, 1)
    if (plane === null || isTooSteep(plane)) continue
    const votes = jury.reduce((sum, one) => sum + (missOf(plane, one) < closeEnough ? one.weight : 0), 0)
    if (votes <= bestVotes) continue
    best = plane
    bestVotes = votes
  }
  return best
}

/** Three samples of one side fix the far side by chance only. */
const isTooSteep = ({ coefficients }: Surface): boolean =>
  coefficients.some(([, x = 0, y = 0]) => Math.abs(x) + Math.abs(y) > 45)

/** How far a sample is off the surface, in CIELAB. */
export const missOf = (surface: Surface, sample: Sample): number => {
  const l = surfaceAt(surface, 0, sample) - sample.colour[0]
  const a = surfaceAt(surface, 1, sample) - sample.colour[1]
  const b = surfaceAt(surface, 2, sample) - sample.colour[2]
  return Math.sqrt(l * l + a * a + b * b)
}

/** The golden ratio's multiples fill [0, 1) evenly, and are the same on every run. */
const draw = (turn: number): number => (turn * turn * 0.618_033_988_75 + turn * 0.414_213_562) % 1
