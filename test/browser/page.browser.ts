import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { openBrowser } from './support/browser.ts'

test('the page opens, and asks no other machine for anything', async () => {
  await using app = await startApp()
  await using browser = await openBrowser()
  const page = await browser.context.newPage()
  await page.goto(app.url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(browser.complaints).toEqual([])
})
