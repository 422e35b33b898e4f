import { setImmediate as pause } from 'node:timers/promises'

import { type Colours, type Size, smoothstep } from './planes.ts'
import { type Trimap, zones } from './trimap.ts'
import { type Mixture, type Rgb, unmix } from './unmix.ts'

/** The trimap and the background in working size, to be applied to a photo of any size. */
export interface Plan {
  readonly size: Size
  readonly trimap: Trimap
  readonly background: Colours
}

const rowsAtATime = 64

/**
 * Makes the background transparent, in place.
 *
 * At the edge a pixel is a mixture of subject and background. Which share is the subject's becomes its opacity, and
 * the background's share is taken out of its colour, so that nothing of the old background shines round the subject.
 *
 * @param photo RGBA bytes, row by row
 */
export const applyMatte = async (photo: Buffer, size: Size, plan: Plan): Promise<void> => {
  const unmix = unmixer(plan)
  const [scaleX, scaleY] = [plan.size.width / size.width, plan.size.height / size.height]
  for (let y = 0; y < size.height; y += 1) {
    if (y % rowsAtATime === 0) await pause()
    const row = Math.min(plan.size.height - 1, Math.floor((y + 0.5) * scaleY)) * plan.size.width
    for (let x = 0; x < size.width; x += 1) {
      const cell = row + Math.min(plan.size.width - 1, Math.floor((x + 0.5) * scaleX))
      const zone = plan.trimap.zone[cell]
      if (zone === zones.subject) continue
      const at = (y * size.width + x) * 4
      if (zone === zones.background || photo[at + 3] === 0) clear(photo, at)
      else unmix(photo, at, { cell, x: (x + 0.5) * scaleX - 0.5, y: (y + 0.5) * scaleY - 0.5 })
    }
  }
}

const clear = (photo: Buffer, at: number): void => {
  photo[at] = 0
  photo[at + 1] = 0
  photo[at + 2] = 0
  photo[at + 3] = 0
}

interface Place {
  readonly cell: number
  readonly x: number
  readonly y: number
}

const unmixer = ({ size, trimap, background }: Plan): ((photo: Buffer, at: number, place: Place) => void) => {
  const mixture: Mixture = { opacity: 0, subject: [0, 0, 0] }
  return (photo, at, { cell, x, y }) => {
    const sample = sampler(size, x, y)
    const colour: Rgb = [photo[at] ?? 0, photo[at + 1] ?? 0, photo[at + 2] ?? 0]
    const ground: Rgb = [sample(background[0]), sample(background[1]), sample(background[2])]
    const prior = sample(trimap.guess)
    unmix({ colour, ground, prior }, { candidates: trimap.candidates, first: trimap.slots[cell] ?? 0 }, mixture)
    // Grain makes nearly clear pixels shimmer and nearly opaque ones transparent.
    const opacity = Math.min(1, Math.max(0, (mixture.opacity - 0.04) / 0.92))
    for (const channel of [0, 1, 2] as const) {
      photo[at + channel] = ownColour(colour[channel], ground[channel], { near: mixture.subject[channel], opacity })
    }
    photo[at + 3] = Math.round((photo[at + 3] ?? 0) * opacity)
  }
}

/** The subject's own colour: from the pixel itself as far as it shows there, else from the subject near by. */
const ownColour = (value: number, ground: number, { near, opacity }: { near: number; opacity: number }): number => {
  const unmixed = opacity > 0.01 ? (value - (1 - opacity) * ground) / opacity : near
  return Math.round(Math.min(255, Math.max(0, near + (unmixed - near) * smoothstep(0.15, 0.7, opacity))))
}

const sampler = ({ width, height }: Size, x: number, y: number): ((plane: Float32Array) => number) => {
  const [left, top] = [
    Math.max(0, Math.min(width - 1, Math.floor(x))),
    Math.max(0, Math.min(height - 1, Math.floor(y))),
  ]
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)]
  const [across, down] = [Math.min(1, Math.max(0, x - left)), Math.min(1, Math.max(0, y - top))]
  const [a, b, c, d] = [top * width + left, top * width + right, bottom * width + left, bottom * width + right]
  return (plane) =>
    ((plane[a] ?? 0) * (1 - across) + (plane[b] ?? 0) * across) * (1 - down) +
    ((plane[c] ?? 0) * (1 - across) + (plane[d] ?? 0) * across) * down
}
