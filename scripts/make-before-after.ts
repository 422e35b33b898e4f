import sharp from 'sharp'

/*
 * Puts a photo, its cut-out on a checkerboard and, if there is one, the cut-out on another background side by side.
 *
 *   node scripts/make-before-after.ts <photo> <cut-out.png> [<composed.png>] <out.png>
 */

const panelHeightPx = 330
const gapPx = 12
const squarePx = 15

const checkerboard = (width: number, height: number): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>
      <pattern id="squares" width="${2 * squarePx}" height="${2 * squarePx}" patternUnits="userSpaceOnUse">
        <rect width="100%" height="100%" fill="#fff"/>
        <path d="M0 0h${squarePx}v${squarePx}H0zm${squarePx} ${squarePx}h${squarePx}v${squarePx}H${squarePx}z" fill="#ddd"/>
      </pattern></defs><rect width="100%" height="100%" fill="url(#squares)"/></svg>`,
  )

/** One picture, as high as the others, on a checkerboard where it is transparent. */
const panel = async (path: string): Promise<{ input: Buffer; width: number }> => {
  const picture = sharp(path).rotate().resize({ height: panelHeightPx })
  const { data, info } = await picture.png().toBuffer({ resolveWithObject: true })
  const input = await sharp(checkerboard(info.width, info.height))
    .composite([{ input: data }])
    .png()
    .toBuffer()
  return { input, width: info.width }
}

const paths = process.argv.slice(2)
const outputPath = paths.pop()
if (outputPath === undefined || paths.length < 2) {
  console.error('usage: node scripts/make-before-after.ts <photo> <cut-out.png> [<composed.png>] <out.png>')
  process.exit(2)
}
const panels = await Promise.all(paths.map(panel))
const lefts = panels.map((_, index) => panels.slice(0, index).reduce((sum, { width }) => sum + width + gapPx, 0))
const width = (lefts.at(-1) ?? 0) + (panels.at(-1)?.width ?? 0)

await sharp({ create: { width, height: panelHeightPx, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
  .composite(panels.map(({ input }, index) => ({ input, left: lefts[index] ?? 0, top: 0 })))
  .png({ palette: true, quality: 90, effort: 10 })
  .toFile(outputPath)
