import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { render } from '../support/subscribe.ts'
import { type TestBrowser, openBrowser } from './support/browser.ts'

const key = 'Bearer mhk_test_alice'

/** GraphiQL as somebody sees it who opens it for the first time. */
const openGraphiql = async (browser: TestBrowser, app: TestApp): Promise<Page> => {
  const page = await browser.context.newPage()
  await page.goto(`${app.url}/graphiql`)
  await page.locator('.graphiql-query-editor .view-line').first().waitFor()
  return page
}

const execute = (page: Page) => page.getByRole('button', { name: /^execute/i })
const stop = (page: Page) => page.getByRole('button', { name: /^stop/i })
const openTab = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click()

/** Writes into the editor below the operation in place of what it holds. */
const writeBelow = async (page: Page, editor: 'Variables' | 'Headers', value: object): Promise<void> => {
  await page.getByRole('button', { name: editor, exact: true }).click()
  await page.getByRole('region', { name: editor }).locator('.monaco-editor:visible').click()
  await page.keyboard.press('ControlOrMeta+A')
  // Text that is written over a selection may be put around it.
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(JSON.stringify(value))
}

/** What the result pane shows, without its spaces: the editor draws them as another character. */
const shown = async (page: Page): Promise<string> =>
  (await page.locator('.graphiql-response').innerText()).replaceAll(/\s/g, '')

/** The result pane comes to show this. */
const toShow = (page: Page, text: string): Promise<void> =>
  expect.poll(() => shown(page), { timeout: 40_000 }).toContain(text)

const background = (page: Page): Promise<string> =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor`)

describe('GraphiQL, opened for the first time,', () => {
  test('shows an operation of each kind, and asks no other machine for anything', async () => {
    await using app = await startApp()
    await using browser = await openBrowser()
    const page = await openGraphiql(browser, app)
    const tabs = await page.locator('.graphiql-tab-button').allInnerTexts()
    expect(tabs).toEqual(['RemoveBackground', 'JobUpdated', 'Job', 'Jobs', 'Account', 'CreateUploads', 'DeleteJob'])
    expect(await page.title()).toBe('GraphiQL · Magic Hour GraphQL')
    expect(browser.complaints).toEqual([])
  })

  test('makes a job with the first of them, whose id the others then need not be given', async () => {
    await using app = await startApp()
    await using browser = await openBrowser()
    const page = await openGraphiql(browser, app)
    await execute(page).click()
    await toShow(page, '"status":"COMPLETE"')
    const [, id = ''] = /"id":"([^"]+)"/.exec(await shown(page)) ?? []
    await openTab(page, 'Job')
    const written = () => page.locator('.graphiql-query-editor').innerText()
    await expect.poll(async () => (await written()).replaceAll(/\s/g, '')).toContain('queryJob(')
    await execute(page).click()
    await toShow(page, `"job":{"id":"${id}","name":"Mugwithoutabackground","status":"COMPLETE"`)
    expect(browser.complaints).toEqual([])
  })

  test('describes the schema', async () => {
    await using app = await startApp()
    await using browser = await openBrowser()
    const page = await openGraphiql(browser, app)
    await page.getByRole('button', { name: /show documentation explorer/i }).click()
    await page.getByRole('link', { name: 'Mutation', exact: true }).click()
    await page.getByText('Removes the background of one image').waitFor()
    expect(browser.complaints).toEqual([])
  })

  test.for(['light', 'dark'] as const)('is as %s as the system', async (colorScheme) => {
    await using app = await startApp()
    await using browser = await openBrowser({ colorScheme })
    const page = await openGraphiql(browser, app)
    const [red = 255] = ((await background(page)).match(/\d+/g) ?? []).map(Number)
    expect(red < 128).toBe(colorScheme === 'dark')
  })
})

describe('a subscription in GraphiQL', () => {
  const states = async (page: Page, magicHour: Parameters<typeof render>[0]): Promise<void> => {
    await openTab(page, 'JobUpdated')
    await writeBelow(page, 'Variables', { id: 'project-1' })
    await writeBelow(page, 'Headers', { authorization: key })
    await execute(page).click()
    await toShow(page, '"status":"QUEUED"')
    await stop(page).waitFor()
    render(magicHour, 'project-1', 'rendering')
    await toShow(page, '"status":"RENDERING"')
    render(magicHour, 'project-1', 'error')
    await toShow(page, '"status":"ERROR"')
    await execute(page).waitFor()
  }

  test('shows each state over a WebSocket, with the key of the headers, until the job is final', async ({
    app,
    magicHour,
  }) => {
    render(magicHour, 'project-1', 'queued')
    await using browser = await openBrowser()
    const page = await openGraphiql(browser, app)
    const sockets: string[] = []
    page.on('websocket', (socket) => sockets.push(socket.url()))
    await states(page, magicHour)
    expect(sockets).toEqual([`${app.url.replace('http', 'ws')}/graphql`])
    expect(browser.complaints).toEqual([])
  })

  test('comes over server-sent events where no WebSocket comes about', async ({ app, magicHour }) => {
    render(magicHour, 'project-1', 'queued')
    await using browser = await openBrowser()
    await browser.context.routeWebSocket(/.*/, (socket) => socket.close())
    const page = await openGraphiql(browser, app)
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await states(page, magicHour)
    expect(requests.filter((url) => url.endsWith('/stream'))).toEqual([`${app.url}/graphql/stream`])
    expect(browser.complaints).toEqual([])
  })
})

test('a key that was given to GraphiQL is gone with the page', async ({ app }) => {
  await using browser = await openBrowser()
  const page = await openGraphiql(browser, app)
  await openTab(page, 'Account')
  await writeBelow(page, 'Headers', { authorization: key })
  await execute(page).click()
  await toShow(page, '"credits":95')
  const stored = (): Promise<string> => page.evaluate(() => JSON.stringify(localStorage))
  // What is typed is kept a moment later: once the tab is there, so would be the key.
  await expect.poll(stored).toContain('query Account')
  await openTab(page, 'Jobs')
  await expect.poll(stored).toMatch(/activeTabIndex\\+":3/)
  expect(await stored()).not.toContain('mhk_test_alice')
})
