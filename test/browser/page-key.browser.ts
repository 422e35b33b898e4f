import { expect, test } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { startApp } from '../support/app.ts'
import { openPage, smallPhoto, withoutFailedLoads } from './support/page.ts'

const gatewayKey = 'a-long-secret-of-the-shop'

/** A server that pays with its own key, and wants one of its callers. */
const startGuarded = async () => {
  const sandbox = createSandbox({ renderMs: 0 })
  await sandbox.start()
  const app = await startApp({
    MAGIC_HOUR_BASE_URL: sandbox.url,
    MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
    GATEWAY_KEYS: `shop:${gatewayKey}`,
  })
  return {
    app,
    [Symbol.asyncDispose]: async () => {
      await app.stop()
      await sandbox.stop()
    },
  }
}

test('a key that is needed is asked for, used, kept in this tab alone, and forgotten when asked', async () => {
  await using server = await startGuarded()
  await using open = await openPage(server.app.url)
  const { page, browser } = open
  await page.getByRole('heading', { name: 'A key is needed' }).waitFor()

  await page.getByLabel('Key', { exact: true }).fill('a-wrong-key-of-nobody')
  await page.keyboard.press('Enter')
  await page.getByLabel('Another key').fill(gatewayKey)
  await page.getByRole('button', { name: 'Use the key' }).click()
  await page.getByText('1,000 credits').waitFor()
  expect(await page.getByRole('heading', { name: 'A key is needed' }).count()).toBe(0)

  await page.reload()
  await page.getByText('1,000 credits').waitFor()
  const other = await browser.context.newPage()
  await other.goto(server.app.url)
  await other.getByRole('heading', { name: 'A key is needed' }).waitFor()
  const kept = await page.evaluate<string>('JSON.stringify(localStorage) + document.cookie')
  expect(kept).not.toContain(gatewayKey)

  await page.getByRole('button', { name: 'Forget the key' }).click()
  await page.getByRole('heading', { name: 'A key is needed' }).waitFor()
  expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).not.toContain(gatewayKey)
  expect(withoutFailedLoads(browser.complaints)).toEqual([])
})

test('a photo that was sent before the key is sent once the key is there, and its picture is shown', async () => {
  await using server = await startGuarded()
  await using open = await openPage(server.app.url)
  const { page } = open
  await open.send([await smallPhoto()])
  await open.tasks.getByText('Waits for a key').waitFor()
  await page.getByLabel('Key', { exact: true }).fill(gatewayKey)
  await page.keyboard.press('Enter')
  await open.tasks.getByText('Done').waitFor()
  await page.locator('.after').waitFor()
  expect(await page.locator('.after').getAttribute('src')).toMatch(/^blob:/)
  await page.getByText('995 credits').waitFor()
})

test('what was sent shows neither key nor ticket', async () => {
  await using server = await startGuarded()
  await using open = await openPage(server.app.url)
  const { page } = open
  await page.getByLabel('Key', { exact: true }).fill(gatewayKey)
  await page.keyboard.press('Enter')
  const tickets: string[] = []
  page.on('request', (request) => {
    const ticket = new URL(request.url()).searchParams.get('ticket')
    if (ticket !== null) tickets.push(ticket)
  })
  await open.send([await smallPhoto()])
  await open.tasks.getByText('Done').waitFor()
  expect(tickets).toHaveLength(1)
  for (const step of await page.locator('.step').all()) {
    await step.click()
    for (const form of ['GraphQL', 'curl', 'fetch']) {
      await page.getByRole('tab', { name: form }).click()
      const text = (await page.getByRole('tabpanel').textContent()) ?? ''
      expect(text).not.toContain(gatewayKey)
      expect(text).not.toContain(tickets[0])
      if (form !== 'GraphQL') expect(text).toContain('Bearer <key>')
    }
  }
})
