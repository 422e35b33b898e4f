import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { UnreadableImage, cutOut } from '../../src/sandbox/cut-out.ts'

const width = 320
const height = 240

/** A picture from SVG, in a light grey studio that falls off to the corners. */
const scene = (content: string, format: 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff' = 'png'): Promise<Buffer> =>
  sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>
      <radialGradient id="studio" r="0.8"><stop offset="0" stop-color="#efeeea"/><stop offset="1" stop-color="#d2d0ca"/>
      </radialGradient></defs><rect width="100%" height="100%" fill="url(#studio)"/>${content}</svg>`),
  )
    .removeAlpha()
    .toFormat(format, { quality: 92 })
    .toBuffer()

const disc = '<circle cx="160" cy="120" r="70" fill="#b3202a"/>'
const ring = '<circle cx="160" cy="120" r="60" fill="none" stroke="#20406a" stroke-width="36"/>'
const bottle = '<rect x="110" y="30" width="100" height="180" rx="18" fill="#1c3d2c"/>'
const label = '<rect x="125" y="100" width="70" height="70" fill="#ecebe7"/>'

interface Pixels {
  readonly width: number
  readonly height: number
  at(x: number, y: number): readonly [red: number, green: number, blue: number, alpha: number]
}

const pixelsOf = async (png: Buffer): Promise<Pixels> => {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return {
    width: info.width,
    height: info.height,
    at: (x, y) => {
      const index = (y * info.width + x) * 4
      return [data[index] ?? 0, data[index + 1] ?? 0, data[index + 2] ?? 0, data[index + 3] ?? 0]
    },
  }
}
const alphaAt = (pixels: Pixels, x: number, y: number): number => pixels.at(x, y)[3]

/** How well the opaque part covers what a rule says is the subject: common area over joint area. */
const overlap = (pixels: Pixels, isSubject: (x: number, y: number) => boolean): number => {
  let common = 0
  let joint = 0
  for (let y = 0; y < pixels.height; y += 1)
    for (let x = 0; x < pixels.width; x += 1) {
      const isKept = alphaAt(pixels, x, y) >= 128
      if (isKept && isSubject(x, y)) common += 1
      if (isKept || isSubject(x, y)) joint += 1
    }
  return common / joint
}
const isInDisc = (x: number, y: number): boolean => Math.hypot(x + 0.5 - 160, y + 0.5 - 120) < 70

describe('the cut-out', () => {
  test.for(['png', 'jpeg', 'webp', 'avif', 'tiff'] as const)(
    'of a %s keeps the subject and nothing else',
    async (format) => {
      const pixels = await pixelsOf(await cutOut(await scene(disc, format)))
      expect([pixels.width, pixels.height]).toEqual([width, height])
      expect(overlap(pixels, isInDisc)).toBeGreaterThan(0.97)
      expect([alphaAt(pixels, 2, 2), alphaAt(pixels, 160, 120)]).toEqual([0, 255])
    },
  )

  test('has a hole where the background shows through the subject', async () => {
    const pixels = await pixelsOf(await cutOut(await scene(ring)))
    expect([alphaAt(pixels, 160, 120), alphaAt(pixels, 160, 60)]).toEqual([0, 255])
  })

  test('keeps a label that has the colour of the background', async () => {
    const pixels = await pixelsOf(await cutOut(await scene(bottle + label)))
    expect([alphaAt(pixels, 160, 135), alphaAt(pixels, 160, 60)]).toEqual([255, 255])
  })

  test('keeps a subject that touches the lower border', async () => {
    const shoulders =
      '<circle cx="160" cy="90" r="45" fill="#7a4a32"/><ellipse cx="160" cy="240" rx="110" ry="95" fill="#2b4f8c"/>'
    const pixels = await pixelsOf(await cutOut(await scene(shoulders)))
    expect([
      alphaAt(pixels, 160, 90),
      alphaAt(pixels, 160, 237),
      alphaAt(pixels, 4, 237),
      alphaAt(pixels, 4, 4),
    ]).toEqual([255, 255, 0, 0])
  })

  test('has edges of the colour of the subject, not of the old background', async () => {
    const pixels = await pixelsOf(await cutOut(await scene('<circle cx="160" cy="120" r="70" fill="#102080"/>')))
    const edge = Array.from({ length: width * height }, (_, n) => pixels.at(n % width, Math.floor(n / width))).filter(
      ([, , , alpha]) => alpha > 40 && alpha < 215,
    )
    expect(edge.length).toBeGreaterThan(0)
    const reds = edge.map(([red]) => red).toSorted((a, b) => a - b)
    // The old background has 230 there, the subject 16.
    expect(reds[Math.floor(reds.length * 0.9)]).toBeLessThan(110)
  })

  test('of a picture that lies on its side stands upright, as its camera said', async () => {
    const lying = await sharp(await scene(disc, 'jpeg'))
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const pixels = await pixelsOf(await cutOut(lying))
    expect([pixels.width, pixels.height]).toEqual([height, width])
  })

  test('of a picture with nothing on it keeps its size and does not fail', async () => {
    const pixels = await pixelsOf(await cutOut(await scene('')))
    expect([pixels.width, pixels.height]).toEqual([width, height])
  })

  test('keeps what was transparent before transparent', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${disc}</svg>`
    const pixels = await pixelsOf(await cutOut(await sharp(Buffer.from(svg)).png().toBuffer()))
    expect(overlap(pixels, isInDisc)).toBeGreaterThan(0.97)
  })

  test('lies on a background that was resized to the photo', async () => {
    const background = await sharp({ create: { width: 50, height: 90, channels: 3, background: '#ffcc00' } })
      .png()
      .toBuffer()
    const pixels = await pixelsOf(await cutOut(await scene(disc), background))
    expect([pixels.width, pixels.height]).toEqual([width, height])
    expect([pixels.at(2, 2), pixels.at(160, 120)]).toEqual([
      [255, 204, 0, 255],
      [0xb3, 0x20, 0x2a, 255],
    ])
  })

  test.for([
    ['no picture at all', 'This is not a picture.'],
    ['empty', ''],
    ['cut off in its header', '\u0089PNG\r\n'],
  ] as const)('of a file that is %s is refused as unreadable', async ([, bytes]) => {
    await expect(cutOut(Buffer.from(bytes, 'latin1'))).rejects.toBeInstanceOf(UnreadableImage)
  })
})

test('the sample photos keep their subject and lose their backdrop', async () => {
  const mug = await pixelsOf(await cutOut(await readFile('examples/photos/mug.jpg')))
  const points = {
    corner: [10, 10],
    shadow: [1000, 1000],
    throughHandle: [1080, 560],
    body: [700, 500],
    star: [712, 620],
  } as const
  const alphas = Object.fromEntries(Object.entries(points).map(([name, [x, y]]) => [name, alphaAt(mug, x, y)]))
  expect(alphas).toEqual({ corner: 0, shadow: 0, throughHandle: 0, body: 255, star: 255 })
})
