import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { type TestBrowser, openBrowser } from './browser.ts'

/** The page at `/` in a browser of its own, with what a person does there. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  readonly browser: TestBrowser
  /** The photos that were sent, each with how far it is. */
  readonly tasks: Locator
  /** The jobs in the list. */
  readonly jobs: Locator
  /** Every state that was shown of the photos that were sent, in order. */
  statesSeen(): Promise<string[]>
  /** Picks files and sends them. */
  send(files: readonly TestFile[], name?: string): Promise<void>
}

/** How long a condition is waited for: two cores that do other things as well are slow. */
export const patiently = { timeout: 50_000 } as const

/** The path of a sample photo. */
export const photo = (name: 'mug' | 'portrait' | 'table'): string => `examples/photos/${name}.jpg`

/** A path, or a file that is nowhere on disk. */
export type TestFile = string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }

/** A picture with a subject that is cut out in no time. */
export const smallPhoto = async (name = 'ball.jpg'): Promise<TestFile> => {
  const ball = Buffer.from('<svg width="160" height="120"><circle cx="80" cy="60" r="35" fill="#c22"/></svg>')
  const ground = sharp({ create: { width: 160, height: 120, channels: 3, background: '#d8dde2' } })
  return {
    name,
    mimeType: 'image/jpeg',
    buffer: await ground
      .composite([{ input: ball }])
      .jpeg()
      .toBuffer(),
  }
}

const toFile = async (file: TestFile) =>
  typeof file === 'string' ? { name: basename(file), mimeType: 'image/jpeg', buffer: await readFile(file) } : file

/** Opens the page. */
export const openPage = async (url: string, options: BrowserContextOptions = {}): Promise<OpenPage> => {
  // Without a graphics card each frame of an animation is drawn by the processor that the test needs.
  const browser = await openBrowser({ reducedMotion: 'reduce', ...options })
  const page = await browser.context.newPage()
  page.setDefaultTimeout(patiently.timeout)
  await page.addInitScript(watchStates)
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return {
    page,
    browser,
    tasks: page.locator('.task'),
    jobs: page.locator('.job'),
    statesSeen: () => page.evaluate<string[]>('window.statesSeen'),
    send: async (files, name = '') => {
      await page.getByLabel('Choose photos').setInputFiles(await Promise.all(files.map(toFile)))
      await page.getByLabel('Name optional').fill(name)
      await page.getByRole('button', { name: /^Remove/ }).click()
    },
    [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
  }
}

/** States follow one another faster than a test can look. */
const watchStates = `
  window.statesSeen = []
  new MutationObserver(() => {
    for (const { textContent } of document.querySelectorAll('.task .state'))
      if (!window.statesSeen.includes(textContent)) window.statesSeen.push(textContent)
  }).observe(document, { subtree: true, childList: true, characterData: true })
`

/** Drops a file on the page, as a person does from their desktop. */
export const drop = async (page: Page, path: string, name: string): Promise<void> => {
  const base64 = (await readFile(path)).toString('base64')
  const dataTransfer = await page.evaluateHandle(`(() => {
    const bytes = Uint8Array.from(atob('${base64}'), (letter) => letter.charCodeAt(0))
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes], ${JSON.stringify(name)}, { type: 'image/jpeg' }))
    return transfer
  })()`)
  await page.dispatchEvent('.drop', 'drop', { dataTransfer })
}

/** How opaque the result is at places given as parts of its width and height, 0 to 255 each. */
export const alphasAt = (page: Page, places: readonly (readonly [x: number, y: number])[]): Promise<number[]> =>
  page.evaluate<number[]>(`(async () => {
    const image = document.querySelector('.after')
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth
    canvas.height = image.naturalHeight
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    return ${JSON.stringify(places)}.map(([x, y]) =>
      context.getImageData(Math.floor(x * (canvas.width - 1)), Math.floor(y * (canvas.height - 1)), 1, 1).data[3])
  })()`)

/** What a browser itself says of an answer that is an error, which a test may expect. */
export const withoutFailedLoads = (complaints: readonly string[]): string[] =>
  complaints.filter((text) => !/Failed to load resource|WebSocket connection to .* failed|ERR_/.test(text))
