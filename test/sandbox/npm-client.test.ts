import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type MagicHour from 'magic-hour'
import sharp from 'sharp'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { aPhoto, pixelOf, startSandbox } from './support.ts'

// The client is CommonJS with a default export, which Node and vitest hand to an `import` in two ways: `require` has one.
const { default: Client } = z
  .object({ default: z.custom<typeof MagicHour.default>((value) => typeof value === 'function') })
  .parse(createRequire(import.meta.url)('magic-hour'))

/** The client with a sandbox of its own, quiet and quick to ask again. */
const aClient = async (options: Partial<SandboxOptions> = {}) => {
  vi.stubEnv('MAGIC_HOUR_POLL_INTERVAL', '0.02')
  vi.stubEnv('MAGIC_HOUR_LOG_LEVEL', 'none')
  onTestFinished(() => void vi.unstubAllEnvs())
  const { url } = await startSandbox(options)
  return new Client({ token: 'a-key', baseUrl: url })
}

const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'npm-client-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('the owner’s npm client uploads a photo, waits for the render and downloads the cut-out', async () => {
  const client = await aClient({ renderMs: 100 })
  const folder = await aFolder()
  const photo = join(folder, 'photo.jpg')
  await writeFile(photo, await aPhoto())

  const result = await client.v1.imageBackgroundRemover.generate(
    { assets: { imageFilePath: photo }, name: 'from the npm client' },
    { downloadDirectory: join(folder, 'outputs') },
  )

  expect(result).toMatchObject({
    status: 'complete',
    creditsCharged: 5,
    totalFrameCost: 5,
    name: 'from the npm client',
  })
  const [output = ''] = result.downloadedPaths ?? []
  const image = await readFile(output)
  const { format, width, height } = await sharp(image).metadata()
  expect({ format, width, height }).toEqual({ format: 'png', width: 96, height: 64 })
  expect((await pixelOf(image, 0, 0))[3]).toBe(0)
  expect((await pixelOf(image, 48, 32))[3]).toBe(255)
})

test('the owner’s npm client reads a failed render and deletes the project', async () => {
  const client = await aClient()
  const created = await client.v1.imageBackgroundRemover.create({
    assets: { imageFilePath: 'https://example.invalid/photo.jpg' },
    name: 'sandbox:error-no_source_face',
  })
  const result = await client.v1.imageProjects.checkResult({ id: created.id })
  expect(result).toMatchObject({ status: 'error', creditsCharged: 0, error: { code: 'no_source_face' } })
  await client.v1.imageProjects.delete({ id: created.id })
  expect(await client.v1.imageProjects.get({ id: created.id })).toMatchObject({ enabled: false })
})
