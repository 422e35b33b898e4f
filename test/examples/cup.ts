import sharp from 'sharp'
import { request } from 'undici'
import { z } from 'zod'
import type { TestApp } from '../support/app.ts'

const tickets = z.object({ createUploads: z.tuple([z.object({ filePath: z.string(), uploadUrl: z.string() })]) })

/** A photo that is quick to work on, as PNG: a dark red ellipse on a light ground, 120 by 90. */
export const drawCup = (): Promise<Buffer> =>
  sharp(
    Buffer.from(`<svg width="120" height="90"><rect width="120" height="90" fill="#eeeae4"/>
      <ellipse cx="60" cy="45" rx="30" ry="28" fill="#a03020"/></svg>`),
  )
    .png()
    .toBuffer()

/** Uploads it; resolves to its path. */
export const uploadCup = async (app: TestApp): Promise<string> => {
  const { data } = await app.ask('mutation { createUploads(files: [{ extension: "png" }]) { filePath uploadUrl } }')
  const [{ filePath, uploadUrl }] = tickets.parse(data).createUploads
  await request(uploadUrl, { method: 'PUT', body: await drawCup() })
  return filePath
}
