import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { type TestApp, startApp } from '../support/app.ts'

const run = promisify(execFile)

/** A JPEG photo of a red ball on a light ground. */
const aPhoto = (): Promise<Buffer> =>
  sharp(
    Buffer.from(
      '<svg width="240" height="160"><rect width="240" height="160" fill="#e8e6e1"/><circle cx="120" cy="80" r="55" fill="#c22"/></svg>',
    ),
  )
    .jpeg({ quality: 92 })
    .toBuffer()

/** A plain blue picture of another size. */
const aBackground = (): Promise<Buffer> =>
  sharp({ create: { width: 90, height: 90, channels: 3, background: '#1040c0' } })
    .png()
    .toBuffer()

/** The colour and opacity at a point, each 0 to 255. */
const pixelAt = async (png: Buffer, left: number, top: number): Promise<number[]> => [
  ...(await sharp(png).ensureAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer()),
]

const upload = async (app: TestApp, extension: string, bytes: Buffer): Promise<string> => {
  const { data } = await app.ask(
    'mutation ($files: [UploadFileInput!]!) { createUploads(files: $files) { filePath uploadUrl } }',
    { files: [{ extension }] },
  )
  const ticket = JSON.stringify(data)
  await request(/"uploadUrl":"([^"]+)"/.exec(ticket)?.[1] ?? '', { method: 'PUT', body: bytes })
  return /"filePath":"([^"]+)"/.exec(ticket)?.[1] ?? ''
}

const finish = async (app: TestApp, assets: Record<string, string>): Promise<Buffer> => {
  const { data } = await app.ask(
    `mutation ($assets: RemoveBackgroundAssetsInput!) {
      removeBackground(assets: $assets, waitForSeconds: 20) { status creditsCharged downloads { url } error { message } }
    }`,
    { assets },
  )
  expect(data).toMatchObject({ removeBackground: { status: 'COMPLETE', creditsCharged: 5, error: null } })
  const { body } = await request(/"url":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? '')
  return Buffer.from(await body.arrayBuffer())
}

describe('a JPEG photo, in sandbox mode,', () => {
  test('comes back as a PNG of its size with an opaque subject on nothing', async () => {
    await using app = await startApp()
    const png = await finish(app, { imageFilePath: await upload(app, 'jpg', await aPhoto()) })
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 240, height: 160, hasAlpha: true })
    expect((await pixelAt(png, 3, 3))[3]).toBe(0)
    const [red = 0, green = 255, blue = 255, opacity] = await pixelAt(png, 120, 80)
    expect([red > 170, green < 60, blue < 60, opacity]).toEqual([true, true, true, 255])
  })

  test('comes back on the background that was asked for', async () => {
    await using app = await startApp()
    const png = await finish(app, {
      imageFilePath: await upload(app, 'jpg', await aPhoto()),
      backgroundImageFilePath: await upload(app, 'png', await aBackground()),
    })
    expect(await sharp(png).metadata()).toMatchObject({ width: 240, height: 160 })
    expect(await pixelAt(png, 3, 3)).toEqual([0x10, 0x40, 0xc0, 255])
    expect((await pixelAt(png, 120, 80))[0]).toBeGreaterThan(170)
  })

  test('makes the whole way by curl alone', async () => {
    await using app = await startApp()
    const folder = await mkdtemp(join(tmpdir(), 'curl-'))
    // As a camera may name it: curl takes brackets for a pattern, and extensions are sent in lower case.
    await writeFile(join(folder, 'photo [1-2].JPG'), await aPhoto())
    await run(
      'bash',
      ['examples/curl/remove-background.sh', join(folder, 'photo [1-2].JPG'), join(folder, 'out.png')],
      {
        env: { ...process.env, SERVER: `${app.url}/graphql` },
      },
    )
    const png = await sharp(join(folder, 'out.png')).png().toBuffer()
    expect([(await pixelAt(png, 3, 3))[3], (await pixelAt(png, 120, 80))[3]]).toEqual([0, 255])
  })
})

test('an account that has no credits left is told so, and nothing is made', async () => {
  await using app = await startApp()
  const { data, errors } = await app.ask(
    'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }, name: "sandbox:402") { id } }',
  )
  expect([data, errors[0]?.extensions['code']]).toEqual([{ removeBackground: null }, 'INSUFFICIENT_CREDITS'])
})
