import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { openPage, smallPhoto } from './support/page.ts'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds that keeps somebody out, as `rule: elements`. */
const faultsOf = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe)
  return page.evaluate<string[]>(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`)
}

test.for(['light', 'dark'] as const)(
  'axe finds no serious fault in the %s page, empty and with jobs',
  async (scheme) => {
    await using app = await startApp()
    await using open = await openPage(app.url, { colorScheme: scheme })
    const { page } = open
    await page.getByText('None yet.').waitFor()
    expect(await faultsOf(page)).toEqual([])

    await open.send([await smallPhoto()])
    await page.locator('.after').waitFor()
    await open.send([await smallPhoto()], 'sandbox:error-file_too_large')
    await open.tasks.getByRole('alert').waitFor()
    await page.getByText('By the address of an image').click()
    expect(await faultsOf(page)).toEqual([])

    await page.getByRole('button', { name: /^Delete ball/ }).click()
    await page.getByRole('dialog').waitFor()
    expect(await faultsOf(page)).toEqual([])
  },
)

test('axe finds no serious fault where a key is asked for', async () => {
  await using app = await startApp({
    MAGIC_HOUR_BASE_URL: 'http://127.0.0.1:9',
    MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
    GATEWAY_KEYS: 'shop:a-long-secret-of-the-shop',
  })
  await using open = await openPage(app.url)
  await open.page.getByRole('heading', { name: 'A key is needed' }).waitFor()
  expect(await faultsOf(open.page)).toEqual([])
})

test('all of it can be done by keyboard alone', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const { page } = open
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate<string>(`(() => {
        const it = document.activeElement
        return it.ariaLabel ?? (it.labels?.[0] ?? it).textContent
      })()`)
      if (name.test(focused)) return
    }
    expect.fail(`no Tab leads to ${name}`)
  }
  // Listened for well before the key: the browser is told to hand its chooser over on another way than keys take.
  const choosing = async (): Promise<void> => {
    await tabTo(/^Choose photos$/)
    await page.keyboard.press('Space')
  }
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), choosing()])
  await chooser.setFiles(await smallPhoto().then((file) => (typeof file === 'string' ? [] : file)))
  await tabTo(/^Name/)
  await page.keyboard.type('Typed')
  await page.keyboard.press('Enter')
  await page.locator('.split').waitFor()

  await tabTo(/^How much of the photo/)
  await page.keyboard.press('Home')
  expect(await page.locator('.split').getAttribute('aria-valuetext')).toBe('0 % photo, 100 % cut-out')
  await page.keyboard.press('ArrowRight')
  expect(await page.locator('.split').getAttribute('aria-valuetext')).toBe('1 % photo, 99 % cut-out')

  await tabTo(/^Typed$/)
  await page.keyboard.press('Enter')
  expect(await page.evaluate<string>('document.activeElement.id')).toBe('stage-title')
  await tabTo(/^Delete Typed$/)
  await page.keyboard.press('Enter')
  await tabTo(/^Delete for good$/)
  await page.keyboard.press('Enter')
  await open.jobs.getByText('Deleted').waitFor()
  expect(await page.evaluate<string>('document.activeElement.id')).toBe('jobs-title')

  await tabTo(/^GraphQL$/)
  await page.keyboard.press('ArrowRight')
  expect(await page.getByRole('tab', { name: 'curl' }).getAttribute('aria-selected')).toBe('true')
})

test('a screen reader hears how a job ends', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.send([await smallPhoto()], 'Said aloud')
  await open.page.getByRole('status').getByText('Said aloud: Done').waitFor()
})

test.for([320, 360, 768, 1280])('nothing is wider than a window of %i pixels', async (width) => {
  await using app = await startApp()
  await using open = await openPage(app.url, { viewport: { width, height: 700 } })
  await open.send([await smallPhoto(`${'a-very-long-name-of-a-photo'.repeat(4)}.jpg`)])
  await open.page.locator('.after').waitFor()
  expect(await open.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width)
})
