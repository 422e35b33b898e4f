/** Measures how soon the page is there and ready, in a Chromium with an empty cache, from a server on this machine. */
import { chromium } from 'playwright-core'
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { ensureChromium } from './find-chromium.ts'

const times = 9

/** «Ready»: the list and the account have been drawn. */
const watch = `
  new MutationObserver((_changes, observer) => {
    if (!/None yet/.test(document.body?.textContent) || !/credits ·/.test(document.querySelector('.top')?.textContent)) return
    window.readyAt = performance.now()
    observer.disconnect()
  }).observe(document, { subtree: true, childList: true, characterData: true })
`

interface Reading {
  readonly paintMs: number
  readonly readyMs: number
  readonly bytes: number
}

const read = `({
  paintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  readyMs: window.readyAt,
  bytes: performance.getEntriesByType('resource').filter(({ name }) => /[.](js|css)$/.test(name))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
})`

const app = createApp(loadConfig({ PORT: '0', DATA_DIR: 'memory:', LOG_LEVEL: 'silent' }))
await app.start()
const browser = await chromium.launch({
  executablePath: ensureChromium(),
  chromiumSandbox: process.getuid?.() !== 0,
})
const readings: Reading[] = []
for (let index = 0; index < times; index += 1) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.addInitScript(watch)
  await page.goto(app.url)
  await page.getByText('None yet').waitFor()
  await page.getByText('credits ·').waitFor()
  // The browser notes a paint a moment after it was made.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))')
  readings.push(await page.evaluate<Reading>(read))
  await context.close()
}
await browser.close()
await app.stop()

const median = (of: (reading: Reading) => number): number =>
  Math.round(readings.map(of).toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? 0)

console.log(
  `${median(({ bytes }) => bytes)} bytes; first paint ${median(({ paintMs }) => paintMs)} ms, ready ${median(({ readyMs }) => readyMs)} ms (medians of ${times})`,
)
