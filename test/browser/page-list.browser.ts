import { expect, test } from 'vitest'
import { type TestApp, startApp } from '../support/app.ts'
import { openPage, patiently } from './support/page.ts'

/** Has jobs made, one after the other; those that are canceled take no time to draw. */
const make = async (app: TestApp, names: readonly string[]): Promise<void> => {
  for (const name of names)
    await app.ask(
      `mutation ($name: String!) { removeBackground(
        assets: { imageFilePath: "https://magichour.ai/my-library?imageId=mug" }, name: $name, waitForSeconds: 20
      ) { status } }`,
      { name },
    )
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `sandbox:canceled ${index + 1}`)

test('earlier jobs come page by page, the newest first', async () => {
  await using app = await startApp()
  const names = numbered(15)
  await make(app, names)
  await using open = await openPage(app.url)
  const titles = open.page.locator('.job-title')
  await expect.poll(() => titles.count(), patiently).toBe(12)
  await open.page.getByRole('button', { name: 'Show older jobs' }).click()
  await expect.poll(() => titles.allTextContents(), patiently).toEqual(names.toReversed())
  expect(await open.page.getByRole('button', { name: 'Show older jobs' }).count()).toBe(0)
  expect(open.browser.complaints).toEqual([])
})

test('jobs are found by a part of their name and by their status', async () => {
  await using app = await startApp()
  await make(app, [
    'sandbox:canceled red mug',
    'sandbox:canceled blue mug',
    'sandbox:error-unknown_error mug',
    'sandbox:canceled chair',
  ])
  await using open = await openPage(app.url)
  const titles = open.page.locator('.job-title')
  await open.page.getByLabel('Name contains').fill('MUG')
  await expect
    .poll(() => titles.allTextContents(), patiently)
    .toEqual(['sandbox:error-unknown_error mug', 'sandbox:canceled blue mug', 'sandbox:canceled red mug'])
  await open.page.getByLabel('Status').selectOption('Failed')
  await expect.poll(() => titles.allTextContents(), patiently).toEqual(['sandbox:error-unknown_error mug'])
  await open.page.getByLabel('Status').selectOption('Done')
  await open.page.getByText('No job fits.').waitFor()
})

test('pictures of the list are fetched when they come near', async () => {
  await using app = await startApp()
  await make(app, ['Mug', ...numbered(11)])
  await using open = await openPage(app.url, { viewport: { width: 360, height: 640 } })
  await open.jobs.nth(11).waitFor({ state: 'attached' })
  expect(await open.jobs.nth(11).locator('img').count()).toBe(0)
  await open.jobs.nth(11).scrollIntoViewIfNeeded()
  await open.jobs.nth(11).locator('img').waitFor()
})
