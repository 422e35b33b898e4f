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
  const isByEdge = edgeFinder(likeness, size)
  const isSubject = flags(count, (pixel) => {
    if (isBody[pixel] === 1) return true
    const looks = compareAt(pixel, picture.lab, { ground, body })
    const limit = 6 + 1.5 * spread
    if (isContactShadow(looks, limit) && (likeness.edge[pixel] ?? 0) < 5) return false
    if (isBackground[pixel] !== 1) return looks.toGround > looks.toBody || looks.toGround > limit + 4
    return looks.tint > limit || looks.light > 1.12 || (looks.light < 0.8 && isByEdge(pixel))
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

/** A shadow, however dark, has no sharp edge; a cord is nothing but edges. */
const edgeFinder =
  ({ edge }: Likeness, { width }: Size): ((pixel: number) => boolean) =>
  (pixel) => {
    for (let row = pixel - 3 * width; row <= pixel + 3 * width; row += width) {
      for (let other = row - 3; other <= row + 3; other += 1) if ((edge[other] ?? 0) > 6) return true
    }
    return false
  }

interface Looks {
  readonly toGround: number
  readonly toBody: number
  /** Brightness against the ground's, on CIELAB's cube-root scale. */
  readonly light: number
  /** Difference to the ground that no shadow explains: the pixel's, and the body's near by. */
  readonly tint: number
  readonly bodyTint: number
}

/** Right under the subject it is dark, but the tint is the ground's and not the subject's. */
const isContactShadow = ({ light, tint, bodyTint }: Looks, limit: number): boolean =>
  light > 0.35 && light < 1.05 && bodyTint > limit && tint < 0.35 * bodyTint

/** How a pixel compares with the background and with the body of the subject near by, in CIELAB. */
const compareAt = (pixel: number, lab: Colours, { ground, body }: { ground: Colours; body: Colours }): Looks => {
  const [l, a, b] = [lab[0][pixel] ?? 0, lab[1][pixel] ?? 0, lab[2][pixel] ?? 0]
  const [groundL, groundA, groundB] = [ground[0][pixel] ?? 0, ground[1][pixel] ?? 0, ground[2][pixel] ?? 0]
  const [bodyL, bodyA, bodyB] = [body[0][pixel] ?? 0, body[1][pixel] ?? 0, body[2][pixel] ?? 0]
  const light = (l + 16) / (groundL + 16)
  const bodyLight = (bodyL + 16) / (groundL + 16)
  return {
    light,
    tint: Math.sqrt((a - light * groundA) ** 2 + (b - light * groundB) ** 2),
    bodyTint: Math.sqrt((bodyA - bodyLight * groundA) ** 2 + (bodyB - bodyLight * groundB) ** 2),
    toGround: Math.sqrt((l - groundL) ** 2 + (a - groundA) ** 2 + (b - groundB) ** 2),
    toBody: Math.sqrt((l - bodyL) ** 2 + (a - bodyA) ** 2 + (b - bodyB) ** 2),
  }
}
