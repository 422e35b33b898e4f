import { type Area, areasOf, enclosedPixels } from './areas.ts'
import type { BackgroundModel } from './background-model.ts'
import { distancesTo } from './distances.ts'
import { type Colours, flags, type Size } from './planes.ts'

/** What is known when holes are looked for. All planes have the size of the working picture. */
export interface HoleSearch {
  readonly size: Size
  readonly lab: Colours
  readonly model: BackgroundModel
  /** 1 where the picture looks like background, wherever it is. */
  readonly isAlike: Uint8Array
  /** 1 where the flood from the border came. Holes that are found are added. */
  readonly isBackground: Uint8Array
}

/**
 * Adds the openings in the subject through which background is seen: the handle of a mug, the crook of an arm.
 *
 * A label or a gleam can have the background's colour as well. A hole is told from them by what stands round it: for
 * the most part a wall that is thin for the hole's size. And a label is a rectangle, or has print on it.
 */
export const openHoles = (search: HoleSearch): void => {
  const { isAlike, isBackground, size } = search
  const enclosed = flags(isAlike.length, (pixel) => isAlike[pixel] === 1 && isBackground[pixel] !== 1)
  const areas = areasOf(enclosed, size, smallestHole(size))
  let candidates = areas.filter((area) => isPlain(area, size) && matches(area, search))
  // Behind the hole next to the border there may be another one: the rungs of a ladder.
  for (let round = 0; round < 8 && candidates.length > 0; round += 1) {
    const distances = distancesTo(isBackground, size)
    const holes = candidates.filter((area) => hasThinWall(area, distances, size))
    for (const { pixels } of holes) for (const pixel of pixels) isBackground[pixel] = 1
    if (holes.length === 0) return
    candidates = candidates.filter((area) => !holes.includes(area))
  }
}

const smallestHole = ({ width, height }: Size): number => Math.max(12, Math.round(width * height * 0.0002))

const isPlain = (area: Area, size: Size): boolean => {
  const boxPixels = (area.right - area.left + 1) * (area.bottom - area.top + 1)
  return area.pixels.length < boxPixels * 0.93 && enclosedPixels(area, size) < area.pixels.length * 0.01 + 4
}

/** The background's colour as the model has it there; or darker, when the tint is the background's exactly. */
const matches = ({ pixels }: Area, { lab, model }: HoleSearch): boolean => {
  let [difference, tint, light] = [0, 0, 0]
  for (const pixel of pixels) {
    const l = lab[0][pixel] ?? 0
    const a = lab[1][pixel] ?? 0
    const b = lab[2][pixel] ?? 0
    const expected = [model.colours[0][pixel] ?? 0, model.colours[1][pixel] ?? 0, model.colours[2][pixel] ?? 0] as const
    const share = (l + 16) / (expected[0] + 16)
    difference += Math.sqrt((l - expected[0]) ** 2 + (a - expected[1]) ** 2 + (b - expected[2]) ** 2)
    tint += Math.sqrt((a - share * expected[1]) ** 2 + (b - share * expected[2]) ** 2)
    light += share
  }
  const count = pixels.length
  if (tint / count > 1.2 + 0.35 * model.spread) return false
  return difference / count < 4 + model.spread || (light / count > 0.7 && light / count < 1.04)
}

const hasThinWall = ({ pixels }: Area, distances: Float32Array, { width }: Size): boolean => {
  const own = new Set(pixels)
  const thin = Math.sqrt(pixels.length)
  let [rim, thinRim] = [0, 0]
  for (const pixel of pixels) {
    if (own.has(pixel - 1) && own.has(pixel + 1) && own.has(pixel - width) && own.has(pixel + width)) continue
    rim += 1
    if ((distances[pixel] ?? 0) < thin) thinRim += 1
  }
  return thinRim >= rim * 0.4
}
