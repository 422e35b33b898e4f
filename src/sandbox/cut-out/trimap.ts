import { distancesTo } from './distances.ts'
import { spreadWithin } from './flood.ts'
import { type Colours, flags, flip, numbers, type Size, soften } from './planes.ts'
import type { SubjectMask } from './subject-mask.ts'
import { candidatesPerPixel, type Mixture, type Rgb, unmix } from './unmix.ts'

export const zones = { background: 0, edge: 1, subject: 2 } as const

/** What is certain, and for the edge in between: what it could be made of. */
export interface Trimap {
  /** One of `zones` for each pixel. */
  readonly zone: Uint8Array
  /** A first guess of the opacity, 0 to 1. */
  readonly guess: Float32Array
  /** For pixels of the edge: where their candidates begin in `candidates`; -1 elsewhere. */
  readonly slots: Int32Array
  /** sRGB colours of subject near by, `candidatesPerPixel` for each pixel of the edge; unused ones are NaN. */
  readonly candidates: Float32Array
}

const directions = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const

/** Lays a band of doubt round the subject, wider where the picture shows wisps beyond the mask. */
export const layTrimap = (mask: SubjectMask, colours: Colours, size: Size): Trimap => {
  const { isBackground, isHair, background } = mask
  const inside = distancesTo(isBackground, size)
  const outside = distancesTo(flip(isBackground), size)
  const contrast = contrastTo(background, colours)
  const zone = new Uint8Array(isBackground.length)
  const threshold = 12 + 3 * mask.spread
  const reach = Math.max(size.width, size.height) * 0.02
  for (let pixel = 0; pixel < zone.length; pixel += 1) {
    const [deep, off, difference] = [inside[pixel] ?? 0, outside[pixel] ?? 0, contrast[pixel] ?? 0]
    if (isHair[pixel] === 1) zone[pixel] = zones.edge
    else if (deep > 3) zone[pixel] = zones.subject
    else if (off > 2.5 && !(off < reach && difference > threshold)) zone[pixel] = zones.background
    else zone[pixel] = zones.edge
  }
  const guess = softGuess(isBackground, size)
  const isRidge = findRidges({ zone, inside, contrast }, size)
  const trimap = { zone, guess, ...gatherCandidates({ zone, isRidge, reach: Math.ceil(reach) + 6 }, colours, size) }
  closeBehindRims(trimap, { colours, background, isHair }, size)
  return trimap
}

const softGuess = (isBackground: Uint8Array, size: Size): Float32Array => {
  let guess: Float32Array = new Float32Array(flip(isBackground))
  for (let round = 0; round < 4; round += 1) guess = soften(guess, size)
  return guess
}

/** What lies behind an opaque rim, seen from outside, is subject, even if it has the background's colour. */
const closeBehindRims = (
  { zone, guess, slots, candidates }: Trimap,
  { colours, background, isHair }: { colours: Colours; background: Colours; isHair: Uint8Array },
  size: Size,
): void => {
  const mixture: Mixture = { opacity: 0, subject: [0, 0, 0] }
  const isClear = flags(zone.length, (pixel) => {
    if (zone[pixel] !== zones.edge || isHair[pixel] === 1) return zone[pixel] !== zones.subject
    const mixed = { colour: colourAt(colours, pixel), ground: colourAt(background, pixel), prior: guess[pixel] ?? 0 }
    unmix(mixed, { candidates, first: slots[pixel] ?? 0 }, mixture)
    return mixture.opacity < 0.5
  })
  const isOpen = spreadWithin(isClear, size, (pixel) => zone[pixel] === zones.background || isHair[pixel] === 1)
  const toOpen = distancesTo(isOpen, size)
  const toClosed = distancesTo(
    flags(zone.length, (pixel) => isClear[pixel] === 1 && isOpen[pixel] !== 1),
    size,
  )
  for (let pixel = 0; pixel < zone.length; pixel += 1) {
    const isBehindRim = (toClosed[pixel] ?? 0) < 1.5 && (toOpen[pixel] ?? 0) > 1.5
    if (zone[pixel] === zones.edge && isBehindRim) zone[pixel] = zones.subject
  }
}

const contrastTo = (background: Colours, colours: Colours): Float32Array =>
  numbers(colours[0].length, (pixel) => {
    const red = (colours[0][pixel] ?? 0) - (background[0][pixel] ?? 0)
    const green = (colours[1][pixel] ?? 0) - (background[1][pixel] ?? 0)
    const blue = (colours[2][pixel] ?? 0) - (background[2][pixel] ?? 0)
    return Math.sqrt(red * red + green * green + blue * blue)
  })

/** A strap or a stalk is too thin to have a certain inside: the crest of its contrast stands for it. */
const findRidges = (
  { zone, inside, contrast }: { zone: Uint8Array; inside: Float32Array; contrast: Float32Array },
  { width }: Size,
): Uint8Array =>
  zone.map((value, pixel) => {
    const own = contrast[pixel] ?? 0
    if (value !== zones.edge || (inside[pixel] ?? 0) < 0.9 || own < 30) return 0
    for (let dy = -2; dy <= 2; dy += 1) {
      for (let dx = -2; dx <= 2; dx += 1) if ((contrast[pixel + dy * width + dx] ?? 0) > own) return 0
    }
    return 1
  })

const gatherCandidates = (
  map: { zone: Uint8Array; isRidge: Uint8Array; reach: number },
  colours: Colours,
  { width, height }: Size,
): Pick<Trimap, 'slots' | 'candidates'> => {
  const slots = new Int32Array(map.zone.length).fill(-1)
  const edge = map.zone.reduce((sum, value) => sum + (value === zones.edge ? 1 : 0), 0)
  const candidates = new Float32Array(edge * candidatesPerPixel * 3).fill(NaN)
  let next = 0
  for (let pixel = 0; pixel < slots.length; pixel += 1) {
    if (map.zone[pixel] !== zones.edge) continue
    slots[pixel] = next
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    for (const [index, [dx, dy]] of directions.entries()) {
      let ridge = -1
      for (let step = 0; step <= map.reach; step += 1) {
        const [column, row] = [x + dx * step, y + dy * step]
        if (column < 0 || row < 0 || column >= width || row >= height) break
        const place = row * width + column
        if (map.isRidge[place] === 1 && ridge < 0) {
          ridge = place
          note(candidates, next + (index * 2 + 1) * 3, colourAt(colours, place))
        }
        if (map.zone[place] !== zones.subject) continue
        note(candidates, next + index * 6, colourAt(colours, place))
        break
      }
    }
    next += candidatesPerPixel * 3
  }
  return { slots, candidates }
}

const colourAt = (colours: Colours, pixel: number): Rgb => [
  colours[0][pixel] ?? 0,
  colours[1][pixel] ?? 0,
  colours[2][pixel] ?? 0,
]

const note = (candidates: Float32Array, at: number, colour: Rgb): void => {
  candidates.set(colour, at)
}
