/** Writes the pictures of the page in `docs/images`: the page on the sandbox, in a Chromium, with the sample photos. */
import { fileURLToPath } from 'node:url'
import { type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import sharp from 'sharp'
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { ensureChromium } from './find-chromium.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const pictures: readonly (readonly [file: string, options: BrowserContextOptions])[] = [
  ['page.png', { viewport: { width: 1280, height: 1640 }, colorScheme: 'light' }],
  ['page-dark.png', { viewport: { width: 1280, height: 1640 }, colorScheme: 'dark' }],
  ['page-phone.png', { viewport: { width: 390, height: 844 }, colorScheme: 'light', deviceScaleFactor: 2 }],
]

const main = async (): Promise<void> => {
  const app = createApp(loadConfig({ PORT: '0', DATA_DIR: 'memory:', SANDBOX_RENDER_MS: '0', LOG_LEVEL: 'warn' }))
  await app.start()
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    chromiumSandbox: process.getuid?.() !== 0,
  })
  try {
    for (const [file, options] of pictures) {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
      const page = await context.newPage()
      await page.goto(app.url)
      await fill(page)
      await write(await page.screenshot(), at(`../docs/images/${file}`))
      await context.close()
    }
  } finally {
    await browser.close()
    await app.stop()
  }
}

/** A job that is done and looked at, one beside it, and one that failed: so that each can be seen. */
const fill = async (page: Page): Promise<void> => {
  const isFirst = await page.getByText('None yet.').isVisible()
  if (isFirst) await send(page, { photo: 'mug', name: 'sandbox:error-file_too_large' })
  if (isFirst) await send(page, { photo: 'mug', name: 'Mug on a table', background: 'table' })
  await send(page, { photo: 'portrait', name: 'Portrait for the team page' })
  await page.getByText('Portrait for the team page').first().waitFor()
  await page.locator('.after').waitFor()
  await page
    .getByRole('button', { name: /^Take .* off this list$/ })
    .first()
    .waitFor()
  await page.evaluate('document.activeElement.blur()')
  await page.evaluate("document.querySelector('.after').decode()")
  await page.waitForLoadState('networkidle')
  const target = (page.viewportSize()?.width ?? 0) < 600 ? '.stage' : '.top'
  await page.evaluate(`document.querySelector('${target}').scrollIntoView()`)
}

interface Sending {
  readonly photo: string
  readonly name: string
  readonly background?: string
}

const send = async (page: Page, { photo, name, background }: Sending): Promise<void> => {
  if (background !== undefined)
    await page.getByLabel('Background image').setInputFiles(at(`../examples/photos/${background}.jpg`))
  await page.getByLabel('Choose photos').setInputFiles(at(`../examples/photos/${photo}.jpg`))
  await page.getByLabel('Name optional').fill(name)
  await page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  await page
    .locator('.task')
    .filter({ hasText: name })
    .getByText(/Done|Failed/)
    .first()
    .waitFor()
  if (background !== undefined) await page.getByRole('button', { name: 'Leave out the background' }).click()
}

/** A palette is enough for a page, and a third of the bytes. */
const write = async (png: Buffer, file: string): Promise<void> => {
  await sharp(png).png({ palette: true, quality: 92, effort: 10 }).toFile(file)
}

await main()
