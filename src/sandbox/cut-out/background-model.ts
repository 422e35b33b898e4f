import { fitMost } from './border-fit.ts'
import { findHorizon, type Horizon } from './horizon.ts'
import { type Colours, emptyColours, type Size } from './planes.ts'
import { placeOf, type Sample, type Surface, surfaceAt } from './surface-fit.ts'

/** What the background would look like if nothing stood before it. */
export interface BackgroundModel {
  /** CIELAB, for every pixel. */
  readonly colours: Colours
  /** How far the border's background pixels stray from `colours`: grain, texture, unevenness. */
  readonly spread: number
}

/**
 * Works out the background from the picture's border: one smooth surface, or two that meet in a horizon (wall and
 * table). The subject may touch the border (a portrait's shoulders do): what most of the border agrees on counts.
 *
 * @param lab    CIELAB planes
 * @param usable 1 where the picture has content (0 where it was transparent already)
 */
export const modelBackground = (lab: Colours, usable: Uint8Array, size: Size): BackgroundModel => {
  const border = borderSamples(lab, usable, size)
  const main = fitMost(border)
  const horizon = findHorizon(border, main, { lab, size })
  if (horizon === null) return { colours: paint(main.surface, size), spread: main.spread }
  return { colours: paintBoth(horizon, lab, size), spread: Math.max(horizon.above.spread, horizon.below.spread) }
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

const paint = (surface: Surface, size: Size): Colours => {
  const colours = emptyColours(size)
  for (const [channel, plane] of colours.entries()) {
    for (let pixel = 0; pixel < plane.length; pixel += 1)
      plane[pixel] = surfaceAt(surface, channel, placeOf(pixel, size))
  }
  return colours
}

const horizonBand = 0.05

/** Close to the horizon, which may be out of focus, each pixel is compared with the mixture that comes closest to it. */
const paintBoth = ({ above, below, rowAt }: Horizon, lab: Colours, size: Size): Colours => {
  const [top, bottom] = [paint(above.surface, size), paint(below.surface, size)]
  for (let pixel = 0; pixel < lab[0].length; pixel += 1) {
    const { x, y } = placeOf(pixel, size)
    const off = y - rowAt(x)
    const share = Math.abs(off) < horizonBand ? nearestMixture(top, bottom, { lab, pixel }) : off > 0 ? 1 : 0
    for (const [channel, plane] of top.entries()) {
      const own = plane[pixel] ?? 0
      plane[pixel] = own + share * ((bottom[channel]?.[pixel] ?? own) - own)
    }
  }
  return top
}

const nearestMixture = (top: Colours, bottom: Colours, { lab, pixel }: { lab: Colours; pixel: number }): number => {
  let [along, length] = [0, 1e-6]
  for (const [channel, plane] of top.entries()) {
    const own = plane[pixel] ?? 0
    const step = (bottom[channel]?.[pixel] ?? 0) - own
    along += ((lab[channel]?.[pixel] ?? 0) - own) * step
    length += step * step
  }
  return Math.min(1, Math.max(0, along / length))
}
