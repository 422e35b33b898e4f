import { type Area, areasOf } from './areas.ts'
import type { BackgroundModel } from './background-model.ts'
import { distancesTo } from './distances.ts'
import { type Colours, flags, numbers, type Size } from './planes.ts'

/**
 * Finds hair, fur and lace at the subject's edge by the gaps between the strands: they show the background's colour, are
 * small, and there are many of them side by side. A gleam is small too, but alone.
 *
 * @param isBackground  1 for background; the gaps are added
 * @returns 1 where strands and background are so mixed that each pixel must be looked at
 */
export const findHair = (
  isBackground: Uint8Array,
  { lab, model }: { lab: Colours; model: BackgroundModel },
  size: Size,
): Uint8Array => {
  const contrast = numbers(isBackground.length, (pixel) => {
    const l = (lab[0][pixel] ?? 0) - (model.colours[0][pixel] ?? 0)
    const a = (lab[1][pixel] ?? 0) - (model.colours[1][pixel] ?? 0)
    const b = (lab[2][pixel] ?? 0) - (model.colours[2][pixel] ?? 0)
    return Math.sqrt(l * l + a * a + b * b)
  })
  const limit = 3 + model.spread
  // Right beside the background there is nothing but its own frayed edge.
  const away = distancesTo(isBackground, size)
  const isGround = flags(contrast.length, (pixel) => (away[pixel] ?? 0) > 1.5 && (contrast[pixel] ?? 0) < limit)
  const gaps = areasOf(isGround, size, 3).filter(({ pixels }) => rimOf(pixels, contrast, size) > 2 * limit)
  const isGap = new Uint8Array(isBackground.length)
  for (const { pixels } of crowded(gaps, size)) {
    for (const pixel of pixels) {
      isBackground[pixel] = 1
      isGap[pixel] = 1
    }
  }
  const strand = Math.max(size.width, size.height) / 70
  const distances = distancesTo(isGap, size)
  return flags(isGap.length, (pixel) => (distances[pixel] ?? 0) < strand)
}

/** How much the surroundings stand out, two pixels off: grain that crosses the limit makes small areas too, but faint ones. */
const rimOf = (pixels: Int32Array, contrast: Float32Array, { width }: Size): number => {
  let sum = 0
  for (const pixel of pixels) {
    const beside = Math.max(contrast[pixel - 2] ?? 0, contrast[pixel + 2] ?? 0)
    sum += Math.max(beside, contrast[pixel - 2 * width] ?? 0, contrast[pixel + 2 * width] ?? 0)
  }
  return sum / pixels.length
}

/** The small areas that have at least five others close by. */
const crowded = (areas: readonly Area[], { width, height }: Size): Area[] => {
  const small = areas.filter(({ pixels }) => pixels.length < width * height * 0.0008)
  const near = Math.max(width, height) * 0.03
  return small.filter(
    (one) =>
      small.filter((other) => Math.abs(one.left - other.left) < near && Math.abs(one.top - other.top) < near).length >
      5,
  )
}
