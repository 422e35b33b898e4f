import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { startApp } from '../support/app.ts'
import { startFrontDoor } from './support/front-door.ts'
import { type OpenPage, openPage, patiently, smallPhoto, withoutFailedLoads } from './support/page.ts'

const gatewayKey = 'a-long-secret-of-the-shop'

const alice = 'a-long-secret-of-alice'
const bob = 'a-long-secret-of-bob'
const both = `alice:${alice},bob:${bob}`

interface Shop extends AsyncDisposable {
  readonly url: string
  credits(key: string): Promise<unknown>
  /** Stops the server and starts it anew, at the same address and with the same jobs. */
  restart(keys: string): Promise<void>
}

/** A server whose callers have keys of their own, and which can be told of other keys. */
const startShop = async (renderMs: number): Promise<Shop> => {
  const sandbox = createSandbox({ renderMs })
  await sandbox.start()
  const folder = await mkdtemp(join(tmpdir(), 'page-key-'))
  const start = (keys: string, port: string) =>
    startApp({
      PORT: port,
      DATA_DIR: folder,
      MAGIC_HOUR_BASE_URL: sandbox.url,
      MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
      GATEWAY_KEYS: keys,
    })
  let app = await start(both, '0')
  const { url } = app
  return {
    url,
    credits: async (key) => (await app.ask('{ account { credits } }', {}, { authorization: `Bearer ${key}` })).data,
    restart: async (keys) => {
      await app.stop()
      app = await start(keys, new URL(url).port)
    },
    [Symbol.asyncDispose]: async () => {
      await app.stop()
      await sandbox.stop()
      await rm(folder, { recursive: true })
    },
  }
}

const giveKey = async ({ page }: OpenPage, key: string): Promise<void> => {
  await page.locator('#key').fill(key)
  await page.getByRole('button', { name: 'Use the key' }).click()
  await page.getByRole('heading', { name: 'A key is needed' }).waitFor({ state: 'detached' })
}

const changeKey = async (open: OpenPage, key: string): Promise<void> => {
  await open.page.getByRole('button', { name: 'Forget the key' }).click()
  await giveKey(open, key)
}

const onePaid = { account: { credits: 995 } }

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

test('a job that is made is only looked at under the next key, and is not paid again', async () => {
  await using shop = await startShop(20_000)
  await using open = await openPage(shop.url)
  await giveKey(open, alice)
  await open.send([await smallPhoto()])
  await open.tasks.getByText(/In the queue|Rendering/).waitFor()
  await shop.restart(`bob:${bob}`)
  await open.tasks.getByText('Waits for a key').waitFor()
  await giveKey(open, bob)
  const alert = open.tasks.getByRole('alert')
  await alert.getByText(/It was made: \S+, 5 credits; its state cannot be read now/).waitFor()
  await alert.getByText('It was charged.').waitFor()

  await shop.restart(both)
  await alert.getByRole('button', { name: 'Look again' }).click()
  await alert.getByText('its state cannot be read now').waitFor()
  expect(await shop.credits(bob)).toEqual(onePaid)
})

test('a job that is made is followed to its end when its owner has a new key', async () => {
  await using shop = await startShop(3_000)
  await using open = await openPage(shop.url)
  await giveKey(open, alice)
  await open.send([await smallPhoto()])
  await open.tasks.getByText(/In the queue|Rendering/).waitFor()
  await shop.restart('alice:a-new-secret-of-alice')
  await open.tasks.getByText('Waits for a key').waitFor()
  await giveKey(open, 'a-new-secret-of-alice')
  await open.tasks.getByText('Done').waitFor()
  expect(await shop.credits('a-new-secret-of-alice')).toEqual(onePaid)
})

test('a photo whose answer was lost is not sent again under another key', async () => {
  await using shop = await startShop(0)
  await using door = await startFrontDoor(shop.url)
  await using open = await openPage(door.url)
  await giveKey(open, alice)
  door.loseAnswers((body) => (body.includes('removeBackground(') ? 'HOLD' : 'PASS'))
  await open.send([await smallPhoto()])
  await expect.poll(() => shop.credits(alice), patiently).toEqual(onePaid)
  await shop.restart(`bob:${bob}`)
  door.loseAnswers(() => 'PASS')
  door.shut()
  door.open()
  await open.tasks.getByText('Waits for a key').waitFor()
  await giveKey(open, bob)
  const alert = open.tasks.getByRole('alert')
  await alert.getByText('It is not sent again under another key.').waitFor()
  await alert.getByText('Whether it was charged cannot be known.').waitFor()
  expect(await alert.getByRole('button').count()).toBe(0)
  expect(await shop.credits(bob)).toEqual(onePaid)
})

test('what is followed under one key does not hold the next one back', async () => {
  await using shop = await startShop(4_000)
  await using open = await openPage(shop.url)
  await giveKey(open, bob)
  await open.send([await smallPhoto()])
  await open.tasks.getByText(/In the queue|Rendering/).waitFor()
  await changeKey(open, alice)
  await open.send([await smallPhoto()])
  await open.tasks.getByText('Done').waitFor()
  expect(await open.statesSeen()).not.toContain('Failed')
})

test('a job that was asked for under a forgotten key is not shown under the next one', async () => {
  await using shop = await startShop(0)
  await using open = await openPage(shop.url)
  const { page } = open
  await giveKey(open, alice)
  const gate = Promise.withResolvers<undefined>()
  await page.route('**/graphql', async (route) => {
    if (!(route.request().postData() ?? '').includes('removeBackground(')) return route.continue()
    const response = await route.fetch()
    await gate.promise
    return route.fulfill({ response })
  })
  await open.send([await smallPhoto('secret-of-alice.jpg')])
  await expect.poll(() => shop.credits(alice), patiently).toEqual(onePaid)
  await changeKey(open, bob)
  gate.resolve(undefined)
  await page.unrouteAll({ behavior: 'wait' })
  await open.send([await smallPhoto('mine.jpg')])
  await open.tasks.getByText('Done').waitFor()
  expect(await page.locator('main').textContent()).not.toContain('secret-of-alice')
})

test('what no header can carry is no key, and is said in words', async () => {
  await using server = await startGuarded()
  await using open = await openPage(server.app.url)
  const { page } = open
  await page.locator('#key').fill('ключ-мой')
  await page.keyboard.press('Enter')
  await page.getByText('That is no key').waitFor()
  expect(await page.locator('.banner.lost').count()).toBe(0)
  await giveKey(open, gatewayKey)
  await page.getByText('1,000 credits').waitFor()
})

test('an image that was sent by its address before the key is sent once the key is there', async () => {
  await using server = await startGuarded()
  await using open = await openPage(server.app.url)
  const { page } = open
  await page.getByText('By the address of an image').click()
  await page.getByLabel('Address').fill('https://magichour.ai/my-library?imageId=mug')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  await open.tasks.getByText('Waits for a key').waitFor()
  await giveKey(open, gatewayKey)
  await open.tasks.getByText('Done').waitFor()
})
