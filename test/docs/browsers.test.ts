import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startApp } from '../support/app.ts'
import { pictures } from '../support/images.ts'

const removed = z.object({ id: z.string(), links: z.array(z.string()) })
const snippets = z.object({
  removeBackground: z.custom<(api: string, file: File, headers?: Record<string, string>) => Promise<unknown>>(),
  inlineUrl: z.custom<(permanentUrl: string) => string>(),
})

/** The page's JavaScript, as a module. */
const load = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'browsers-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const markdown = await readFile('docs/browsers.md', 'utf8')
  const blocks = [...markdown.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code)
  const path = join(folder, 'browsers.mjs')
  await writeFile(path, blocks.join('\n'))
  const module: unknown = await import(pathToFileURL(path).href)
  return snippets.parse(module)
}

describe('the snippets of docs/browsers.md', () => {
  test.for([
    ['where the server pays', {}],
    ['where the caller brings a key', { authorization: 'Bearer mhk_test_alice' }],
  ] as const)('upload a photo and come by its result, %s', async ([, headers]) => {
    await using app = await startApp()
    const { removeBackground, inlineUrl } = await load()
    const photo = new File([new Uint8Array(await pictures.jpg())], 'photo.jpg')
    const { links } = removed.parse(await removeBackground(app.url, photo, headers))
    const image = await fetch(inlineUrl(links[0] ?? ''), { headers })
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png'])
  })

  test('say in words what is wrong with a file', async () => {
    await using app = await startApp()
    const { removeBackground } = await load()
    const photo = new File([new Uint8Array(await pictures.jpg())], 'photo.png')
    await expect(removeBackground(app.url, photo)).rejects.toMatchObject({
      code: 'FILE_FORMAT_MISMATCH',
      message: 'This file is called PNG, but its content is JPG. Ask for an upload with the extension jpg.',
    })
  })
})
