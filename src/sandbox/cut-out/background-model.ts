import { type Colours, emptyColours, type Size } from './planes.ts'
import { fitSurface, placeOf, type Sample, type Surface, surfaceAt } from './surface-fit.ts'

/** What the background would look like if nothing stood before it. */
export interface BackgroundModel {
  /** CIELAB, for every pixel. */
  readonly colours: Colours
  /** How far the border's background pixels stray from `colours`: grain, texture, unevenness. */
  readonly spread: number
}

const trials = 300
const closeEnough = 6

/**
 * Works out the background from the picture's border.
 *
 * The subject may touch the border (a portrait's shoulders do): a surface is sought that most of the border agrees on,
 * and then fitted again and again to those who agree.
 *
 * @param lab    CIELAB planes
 * @param usable 1 where the picture has content (0 where it was transparent already)
 */
export const modelBackground = (lab: Colours, usable: Uint8Array, size: Size): BackgroundModel => {
  const border = borderSamples(lab, usable, size)
  let surface = agreedPlane(border)
  let tolerance = closeEnough
  for (let round = 0; round < 8; round += 1) {
    const misses = border.map((sample) => missOf(surface, sample))
    const near = misses.filter((miss) => miss < tolerance).toSorted((a, b) => a - b)
    tolerance = Math.max(3, Math.min(14, 3.5 * (near[near.length >> 1] ?? 0) + 1.5))
    const agreeing = border.flatMap((sample, index) => {
      const share = (misses[index] ?? 0) / tolerance
      return share < 1 ? [{ ...sample, weight: sample.weight * (1 - share * share) ** 2 }] : []
    })
    surface = fitSurface(agreeing, 2) ?? surface
  }
  const misses = border.map((sample) => missOf(surface, sample)).filter((miss) => miss < tolerance)
  const spread = misses.toSorted((a, b) => a - b)[Math.floor(misses.length * 0.7)] ?? 0
  return { colours: paint(surface, size), spread }
}

const borderSamples = (lab: Colours, usable: Uint8Array, size: Size): Sample[] => {
  const { width, height } = size
  const ring = Math.max(1, Math.round(Math.min(width, height) * 0.015))
  const samples: Sample[] = []
  const stride = Math.max(1, Math.floor(((width + height) * 2 * ring) / 4000))
  let count = 0
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const isInner = x >= ring && x < width - ring && y >= ring && y < height - ring
    if (isInner || usable[pixel] !== 1 || (count += 1) % stride !== 0) continue
    // What cuts off a subject is most often the lower border, so the upper half has more say.
    const weight = y < height / 2 ? 1.5 : y >= height - ring ? 0.7 : 1
    samples.push({
      ...placeOf(pixel, size),
      colour: [lab[0][pixel] ?? 0, lab[1][pixel] ?? 0, lab[2][pixel] ?? 0],
      weight,
    })
  }
  return samples
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

const missOf = (surface: Surface, sample: Sample): number => {
  const l = surfaceAt(surface, 0, sample) - sample.colour[0]
  const a = surfaceAt(surface, 1, sample) - sample.colour[1]
  const b = surfaceAt(surface, 2, sample) - sample.colour[2]
  return Math.sqrt(l * l + a * a + b * b)
}

const paint = (surface: Surface, size: Size): Colours => {
  const colours = emptyColours(size)
  for (const [channel, plane] of colours.entries()) {
    for (let pixel = 0; pixel < plane.length; pixel += 1)
      plane[pixel] = surfaceAt(surface, channel, placeOf(pixel, size))
  }
  return colours
}

/** The golden ratio's multiples fill [0, 1) evenly, and are the same on every run. */
const draw = (turn: number): number => (turn * turn * 0.618_033_988_75 + turn * 0.414_213_562) % 1
