import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { drawCup, uploadCup } from '../examples/cup.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { type TestBrowser, openBrowser } from './support/browser.ts'
import { type BuiltExample, buildExample } from './support/example.ts'

/** Renders take a moment, so that each state is there to be seen, and are told by events, so that it is seen at once. */
const settings = { SANDBOX_RENDER_MS: '600', SANDBOX_WEBHOOKS: 'true', MAGIC_HOUR_WEBHOOK_SECRET: 'whsec-of-the-tests' }

const aPhoto = async (name = 'cup.png') => ({ name, mimeType: 'image/png', buffer: await drawCup() })

describe.for(['apollo-client', 'urql', 'relay'])('the example %s', (name) => {
  const built: { example?: BuiltExample } = {}
  beforeAll(async () => {
    built.example = await buildExample(name)
  })
  afterAll(() => built.example?.[Symbol.asyncDispose]())

  /** The example in a browser, in front of this gateway. */
  const open = async (app: TestApp, browser: TestBrowser) => {
    const served = await built.example?.serve(app.url)
    const page = await browser.context.newPage()
    await page.addInitScript({ content: recordStates })
    await page.goto(served?.url ?? '')
    return { page, [Symbol.asyncDispose]: async () => served?.[Symbol.asyncDispose]() }
  }

  test('shows each state of a photo that is picked, and then its cut-out', async () => {
    await using app = await startApp(settings)
    await using browser = await openBrowser()
    await using opened = await open(app, browser)
    const { page } = opened
    await page.getByLabel('Photo').setInputFiles(await aPhoto())
    await page.waitForFunction('document.querySelector("img[alt=\'Cut-out of cup.png\']")?.naturalWidth === 120')
    expect(await statesOf(page)).toEqual(['QUEUED', 'RENDERING', 'COMPLETE'])
    expect(browser.complaints).toEqual([])
  })

  test('shows older jobs page by page', async () => {
    await using app = await startApp({ ...settings, SANDBOX_RENDER_MS: '0' })
    await makeJobs(app, 7)
    await using browser = await openBrowser()
    await using opened = await open(app, browser)
    const { page } = opened
    await page.getByText('job 3').waitFor()
    expect(await page.getByRole('listitem').count()).toBe(5)
    await page.getByRole('button', { name: 'Older jobs' }).click()
    await page.getByText('job 1').waitFor()
    expect(await page.getByRole('button', { name: 'Older jobs' }).count()).toBe(0)
    expect(browser.complaints).toEqual([])
  })

  test('pays once when the answer is lost and the request is sent again', async () => {
    await using app = await startApp(settings)
    await using browser = await openBrowser()
    await using opened = await open(app, browser)
    const { page } = opened
    const keys = await loseFirstAnswer(page)
    await page.getByLabel('Photo').setInputFiles(await aPhoto())
    // Apollo Client's retry link needs nobody to press it.
    if (name !== 'apollo-client') await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('cup.png').waitFor()
    expect(keys).toEqual([keys[0], keys[0]])
    expect((await app.ask('{ jobs { nodes { name } } }')).data).toEqual({ jobs: { nodes: [{ name: 'cup.png' }] } })
  })

  test('says what an error means, by its code', async () => {
    await using app = await startApp(settings)
    await using browser = await openBrowser()
    await using opened = await open(app, browser)
    const { page } = opened
    // The sandbox fails as the job's name says.
    await page.getByLabel('Photo').setInputFiles(await aPhoto('sandbox:402 cup.png'))
    expect(await page.getByRole('alert').textContent()).toContain('No credits are left. Nothing was charged.')
    expect(browser.complaints).toEqual([])
  })
})

/** Keeps each state that the first card shows, for a test to read: one may last for a moment only. */
const recordStates = `
  globalThis.states = []
  new MutationObserver(() => {
    const state = document.querySelector('li strong')?.textContent ?? ''
    if (state !== '' && state !== states.at(-1)) states.push(state)
  }).observe(document, { subtree: true, childList: true, characterData: true })`

const statesOf = async (page: Page): Promise<string[]> => z.array(z.string()).parse(await page.evaluate('states'))

/** Makes jobs named «job 1», «job 2» …, one after the other. */
const makeJobs = async (app: TestApp, count: number): Promise<void> => {
  const filePath = await uploadCup(app)
  for (let number = 1; number <= count; number += 1) await app.ask(make, { filePath, name: `job ${number}` })
}

const make = `mutation ($filePath: String!, $name: String!) {
  removeBackground(assets: { imageFilePath: $filePath }, name: $name) { id }
}`

const removal = z.object({ variables: z.object({ idempotencyKey: z.string() }) })

/** Cuts the connection instead of answering the first `removeBackground`, which reached the gateway. Fills in the keys that came. */
const loseFirstAnswer = async (page: Page): Promise<string[]> => {
  const keys: string[] = []
  await page.route('**/graphql', async (route) => {
    const { success, data } = removal.safeParse(route.request().postDataJSON())
    if (!success) return route.continue()
    keys.push(data.variables.idempotencyKey)
    if (keys.length > 1) return route.continue()
    await route.fetch()
    return route.abort('connectionreset')
  })
  return keys
}
