import { setImmediate as pause } from 'node:timers/promises'

import { areasOf } from './areas.ts'
import { compareWithBackground, type Likeness } from './background-likeness.ts'
import { modelBackground } from './background-model.ts'
import { findCoarseSubject } from './coarse-subject.ts'
import { refineMask } from './fine-mask.ts'
import { floodWithDisc, isOnBorder, spreadWithin } from './flood.ts'
import { findHair } from './hair.ts'
import { openHoles } from './holes.ts'
import { toLab } from './lab.ts'
import { type Colours, flags, flip, type Size } from './planes.ts'

/** The photo in the size in which the subject is looked for. */
export interface WorkingPicture {
  readonly size: Size
  /** sRGB, 0 to 255. */
  readonly colours: Colours
  /** 1 where the photo has content of its own, 0 where it was transparent already. */
  readonly usable: Uint8Array
}

/** Where the subject is, and what is behind it. */
export interface SubjectMask {
  readonly isBackground: Uint8Array
  /** 1 where strands and background are mixed. */
  readonly isHair: Uint8Array
  /** sRGB of the background, continued behind the subject. */
  readonly background: Colours
  /** Grain of the background, in CIELAB. */
  readonly spread: number
}

/** Tells subject from background, pixel by pixel, with hard edges. Gives way to other work between its steps. */
export const findSubject = async ({ size, colours, usable }: WorkingPicture): Promise<SubjectMask> => {
  const lab = toLab(colours)
  await pause()
  const model = modelBackground(lab, usable, size)
  await pause()
  const likeness = compareWithBackground(lab, model, size)
  await pause()
  const disc = Math.max(1, Math.round(Math.max(size.width, size.height) / 340))
  const isSmooth = alikeOf(likeness, { spread: model.spread, sharpest: Math.min(3, 1.2 + model.spread) })
  const isPassable = flags(isSmooth.length, (pixel) => isSmooth[pixel] === 1 || usable[pixel] !== 1)
  const isReached = floodWithDisc({ isPassable, radius: disc }, size, isOnBorder)
  await pause()
  const share = findCoarseSubject({ likeness, isReached, spread: model.spread }, size)
  await pause()
  const isOpen = flags(share.length, (pixel) => (share[pixel] ?? 0) < 0.5 || usable[pixel] !== 1)
  const isBackground = spreadWithin(isOpen, size, isOnBorder)
  openHoles({ size, lab, model, isAlike: alikeOf(likeness, { spread: model.spread, sharpest: 3 }), isBackground })
  const isHair = findHair(isBackground, { lab, model }, size)
  await pause()
  const background = await refineMask(isBackground, { size, colours, lab, likeness, spread: model.spread })
  dropSpecks(isBackground, size)
  return { isBackground, isHair, background, spread: model.spread }
}

/** 1 where the picture looks like background - its colour, or its colour in a soft shadow - and has no sharper edges. */
const alikeOf = (
  { difference, tint, light, edge }: Likeness,
  { spread, sharpest }: { spread: number; sharpest: number },
): Uint8Array =>
  flags(difference.length, (pixel) => {
    const [lit, sharpness] = [light[pixel] ?? 1, edge[pixel] ?? 0]
    if ((difference[pixel] ?? 0) < 4 + 1.5 * spread) return sharpness < sharpest
    return lit > 0.7 && lit < 1.05 && sharpness < 2 && (tint[pixel] ?? 0) < 3 + spread
  })

/** Dust and grain are no subject of their own. */
const dropSpecks = (isBackground: Uint8Array, size: Size): void => {
  const areas = areasOf(flip(isBackground), size, 1)
  const largest = Math.max(0, ...areas.map(({ pixels }) => pixels.length))
  for (const { pixels } of areas.filter(({ pixels }) => pixels.length < largest * 0.003)) {
    for (const pixel of pixels) isBackground[pixel] = 1
  }
}
