import sharp from 'sharp'

import type { Render } from './path-tracer.ts'
import { createRandom, gaussian } from './random.ts'

/** How the light on the sensor becomes a JPEG. */
export interface Development {
  readonly exposure: number
  /** Share of the light lost in the corners. */
  readonly vignette: number
  /** Standard deviation of the sensor's noise in the mid-tones, in steps of 255. */
  readonly noiseLevel: number
}

/** Turns linear light into a JPEG as a camera would: vignette, film curve, sensor noise, a little sharpening. */
export const develop = async (picture: Render, settings: Development): Promise<Buffer> => {
  const { width, height, colours } = picture
  const random = createRandom(20_260_801)
  const bytes = Buffer.alloc(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const x = ((pixel % width) / width) * 2 - 1
    const y = (Math.floor(pixel / width) / height) * 2 - 1
    const light = settings.exposure * (1 - settings.vignette * ((x * x + y * y) / 2) ** 1.5)
    const grain = gaussian(random) * settings.noiseLevel
    for (let channel = 0; channel < 3; channel += 1) {
      const tone = filmCurve((colours[pixel * 3 + channel] ?? 0) * light) * 255
      const speck = grain + gaussian(random) * settings.noiseLevel * 0.6
      bytes[pixel * 3 + channel] = Math.round(Math.min(255, Math.max(0, tone + speck)))
    }
  }
  return sharp(bytes, { raw: { width, height, channels: 3 } })
    .sharpen({ sigma: 0.7, m1: 0.3, m2: 1.2 })
    .jpeg({ quality: 90, mozjpeg: true })
    .toBuffer()
}

/** Straight in the shadows and mid-tones, rolling off softly below white, then the sRGB curve. */
const filmCurve = (light: number): number => {
  const knee = 0.62
  const rolled = light < knee ? light : 1 - (1 - knee) * Math.exp((knee - light) / (1 - knee))
  return rolled <= 0.0031308 ? rolled * 12.92 : 1.055 * rolled ** (1 / 2.4) - 0.055
}
