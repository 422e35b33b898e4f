import { setImmediate as pause } from 'node:timers/promises'

import type { Likeness } from './background-likeness.ts'
import { distancesTo } from './distances.ts'
import { floodWithDisc, spreadWithin } from './flood.ts'
import { toLab } from './lab.ts'
import { type Colours, flags, flip, type Size } from './planes.ts'
import { spreadColours } from './spread.ts'

interface Picture {
  readonly size: Size
  /** sRGB, 0 to 255. */
  readonly colours: Colours
  readonly lab: Colours
  readonly likeness: Likeness
  readonly spread: number
}

/**
 * Brings a mask that is right to within a few pixels to the subject's very edge, in place, and adds to the subject
 * what was too thin to be seen from far: straps, stalks, locks of hair.
 *
 * @returns sRGB of the background with its shadows, continued behind the subject
 */
export const refineMask = async (isBackground: Uint8Array, picture: Picture): Promise<Colours> => {
  const { size, colours, likeness, spread } = picture
  const band = Math.max(2, Math.round(Math.max(size.width, size.height) / 150))
  const inside = distancesTo(isBackground, size)
  const outside = distancesTo(flip(isBackground), size)
  await pause()
  const count = isBackground.length
  const isGround = flags(count, (pixel) => (outside[pixel] ?? 0) > band && isCalm(likeness, pixel, spread))
  const ground = toLab(spreadColours(colours, isGround, size))
  await pause()
  const isBody = flags(count, (pixel) => (inside[pixel] ?? 0) > band)
  const body = toLab(spreadColours(colours, isBody, size))
  await pause()
  const isSubject = flags(count, (pixel) => {
    if (isBody[pixel] === 1) return true
    const looks = compareAt(pixel, picture.lab, { ground, body })
    const limit = 6 + 1.5 * spread
    if (isBackground[pixel] === 1) return looks.tint > limit || looks.light < 0.8 || looks.light > 1.12
    return looks.toGround > looks.toBody || looks.toGround > limit + 4
  })
  // What stands out far from the body counts only if it hangs on it, and what looks like ground only if it is open to it.
  const attached = spreadWithin(isSubject, size, (pixel) => (outside[pixel] ?? 0) < band)
  const isOpen = { isPassable: flip(attached), radius: 1.2 }
  isBackground.set(floodWithDisc(isOpen, size, (pixel) => isBackground[pixel] === 1))
  await pause()
  const margin = distancesTo(flip(isBackground), size)
  return spreadColours(
    colours,
    flags(count, (pixel) => (margin[pixel] ?? 0) > 2),
    size,
  )
}

const isCalm = ({ tint, edge }: Likeness, pixel: number, spread: number): boolean =>
  (tint[pixel] ?? 0) < 5 + spread && (edge[pixel] ?? 0) < 3

/** How a pixel compares with the background and with the body of the subject near by, in CIELAB. */
const compareAt = (
  pixel: number,
  lab: Colours,
  { ground, body }: { ground: Colours; body: Colours },
): { toGround: number; toBody: number; tint: number; light: number } => {
  const [l, a, b] = [lab[0][pixel] ?? 0, lab[1][pixel] ?? 0, lab[2][pixel] ?? 0]
  const [groundL, groundA, groundB] = [ground[0][pixel] ?? 0, ground[1][pixel] ?? 0, ground[2][pixel] ?? 0]
  const light = (l + 16) / (groundL + 16)
  return {
    light,
    tint: Math.sqrt((a - light * groundA) ** 2 + (b - light * groundB) ** 2),
    toGround: Math.sqrt((l - groundL) ** 2 + (a - groundA) ** 2 + (b - groundB) ** 2),
    toBody: Math.sqrt(
      (l - (body[0][pixel] ?? 0)) ** 2 + (a - (body[1][pixel] ?? 0)) ** 2 + (b - (body[2][pixel] ?? 0)) ** 2,
    ),
  }
}
