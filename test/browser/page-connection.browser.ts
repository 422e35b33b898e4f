import { expect, test } from 'vitest'
import { type TestApp, startApp } from '../support/app.ts'
import { startFrontDoor } from './support/front-door.ts'
import { openPage, patiently, smallPhoto, withoutFailedLoads } from './support/page.ts'

const lost = 'The connection to the server is lost.'

/** The sandbox counts each job that was made: 1,000 credits to begin with, 5 a job. */
const jobsPaid = async (app: TestApp): Promise<number> => {
  const { data } = await app.ask('{ account { credits } }')
  const credits = /"credits":(\d+)/.exec(JSON.stringify(data))?.[1]
  return (1_000 - Number(credits)) / 5
}

test('a connection that is lost while a job renders is said in words, and the job is followed on when it is back', async () => {
  await using app = await startApp({ SANDBOX_RENDER_MS: '1500' })
  await using door = await startFrontDoor(app.url)
  await using open = await openPage(door.url)
  await open.send([await smallPhoto()])
  await open.tasks.getByText(/In the queue|Rendering/).waitFor()
  door.shut()
  await open.page.locator('.banner').getByText(lost).waitFor()
  door.open()
  await open.tasks.getByText('Done').waitFor()
  await expect.poll(() => open.page.getByText(lost).count(), patiently).toBe(0)
  expect(await jobsPaid(app)).toBe(1)
  expect(withoutFailedLoads(open.browser.complaints)).toEqual([])
})

test('a connection that is lost before the answer of a paid call is asked again, and paid once', async () => {
  await using app = await startApp()
  await using door = await startFrontDoor(app.url)
  await using open = await openPage(door.url)
  let lostAnswers = 0
  door.loseAnswers((body) => {
    if (!body.includes('removeBackground(')) return 'PASS'
    lostAnswers += 1
    return 'CUT'
  })
  await open.send([await smallPhoto()])
  await open.page.locator('.banner').getByText(lost).waitFor()
  door.loseAnswers(() => 'PASS')
  await open.tasks.getByText('Done').waitFor()
  expect(await jobsPaid(app)).toBe(1)
  expect(await open.jobs.count()).toBe(1)
  expect(lostAnswers).toBeGreaterThan(0)
})

test('a reload before the answer of a paid call goes on with the same submission, and pays once', async () => {
  await using app = await startApp()
  await using door = await startFrontDoor(app.url)
  await using open = await openPage(door.url)
  const { page } = open
  door.loseAnswers((body) => (body.includes('removeBackground(') ? 'HOLD' : 'PASS'))
  await open.send([await smallPhoto()])
  await expect.poll(() => jobsPaid(app), patiently).toBe(1)
  door.loseAnswers(() => 'PASS')
  await page.reload()
  await open.tasks.getByText('Done').waitFor()
  expect(await jobsPaid(app)).toBe(1)
  await page.reload()
  await page.getByRole('button', { name: /^ball \w{6}$/ }).waitFor()
  expect(await open.tasks.count()).toBe(0)
})

test('a server that is away when the page opens is waited for', async () => {
  await using app = await startApp()
  await using door = await startFrontDoor(app.url)
  await using open = await openPage(door.url)
  door.refuse((request) => request === 'POST /graphql')
  await open.page.reload()
  await open.page.locator('.banner').getByText(lost).waitFor()
  door.refuse(() => false)
  await open.page.getByText('1,000 credits').waitFor()
  await open.page.getByText('None yet.').waitFor()
})

test.for([
  ['a WebSocket is refused', (request: string) => request.startsWith('UPGRADE'), 'POST /graphql/stream'],
  ['no stream comes through', (request: string) => /UPGRADE|stream/.test(request), 'POST /graphql'],
] as const)('where %s, the states of a job come another way', async ([, isRefused, way]) => {
  await using app = await startApp({ SANDBOX_RENDER_MS: '1500' })
  await using door = await startFrontDoor(app.url)
  door.refuse(isRefused)
  await using open = await openPage(door.url)
  await open.send([await smallPhoto()])
  await open.tasks.getByText(/In the queue|Rendering/).waitFor()
  const before = door.requests.length
  await open.tasks.getByText('Done').waitFor()
  expect(door.requests.slice(before - 4)).toContain(way)
  expect(door.requests).toContain('UPGRADE /graphql')
  expect(await open.page.getByText(lost).count()).toBe(0)
  expect(withoutFailedLoads(open.browser.complaints)).toEqual([])
})

test('a server that is shutting down is waited for, and what was made is followed to its end', async () => {
  await using app = await startApp({ SANDBOX_RENDER_MS: '1500' })
  await using door = await startFrontDoor(app.url)
  door.refuse((request) => /UPGRADE|stream/.test(request))
  await using open = await openPage(door.url)
  const shuttingDown = { code: 'SHUTTING_DOWN', retryable: true, charged: 'NO' }
  let [creates, looks] = [0, 0]
  await open.page.route('**/graphql', async (route) => {
    const asked = route.request().postData() ?? ''
    if (asked.includes('mutation RemoveBackground')) creates += 1
    if (asked.includes('query WaitForJob')) looks += 1
    const isRefused =
      (asked.includes('mutation RemoveBackground') && creates === 1) ||
      (asked.includes('query WaitForJob') && looks === 1)
    await (isRefused
      ? route.fulfill({
          json: { errors: [{ message: 'The server is shutting down. Ask again.', extensions: shuttingDown }] },
        })
      : route.continue())
  })
  await open.send([await smallPhoto()])
  await open.tasks.getByText('Done').waitFor()
  expect(creates).toBe(2)
  expect(looks).toBeGreaterThan(1)
  expect(await jobsPaid(app)).toBe(1)
})

test('many photos come to their end also where each stream holds a connection', async () => {
  await using app = await startApp({ SANDBOX_RENDER_MS: '300' })
  await using door = await startFrontDoor(app.url)
  door.refuse((request) => request.startsWith('UPGRADE'))
  await using open = await openPage(door.url)
  const mug = await smallPhoto()
  await open.send([mug, mug, mug, mug, mug, mug, mug, mug], 'sandbox:error-unknown_error')
  await expect.poll(() => open.tasks.getByText('Failed').count(), patiently).toBe(8)
})

test('an image that could not be deleted is kept: it is not deleted once the server is back', async () => {
  await using app = await startApp({ SANDBOX_RENDER_MS: '1500' })
  await using door = await startFrontDoor(app.url)
  await using open = await openPage(door.url)
  const { page } = open
  await open.send([await smallPhoto()], 'Kept')
  await open.tasks.getByText('Done').waitFor()
  await page.getByRole('button', { name: 'Delete Kept' }).click()
  const dialog = page.getByRole('dialog')
  door.refuse((request) => request === 'POST /graphql')
  await dialog.getByRole('button', { name: 'Delete for good' }).click()
  await dialog.getByText('The server is away').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  door.refuse(() => false)
  // Longer than the page waits before it tries anything again.
  await open.send([await smallPhoto()], 'Next')
  await expect.poll(() => open.tasks.getByText('Done').count(), patiently).toBe(2)
  const { data } = await app.ask('{ jobs(first: 9) { nodes { name deleted } } }')
  expect(data).toEqual({
    jobs: {
      nodes: [
        { name: 'Next', deleted: false },
        { name: 'Kept', deleted: false },
      ],
    },
  })
})

test('a job that stands under the same idempotency key already is followed, and is not made again', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const { data } = await app.ask(
    'mutation { removeBackground(assets: { imageFilePath: "https://magichour.ai/my-library?imageId=mug" }, name: "Made before") { id } }',
  )
  const jobId = /"id":"([^"]+)"/.exec(JSON.stringify(data))?.[1]
  const extensions = { code: 'IDEMPOTENCY_CONFLICT', charged: 'NO', retryable: false, jobId }
  await open.page.route('**/graphql', async (route) => {
    if (!(route.request().postData() ?? '').includes('removeBackground(')) return route.continue()
    return route.fulfill({ json: { data: { removeBackground: null }, errors: [{ message: 'Used.', extensions }] } })
  })
  await open.send([await smallPhoto()])
  await open.tasks.getByText('Done').waitFor()
  await open.page.getByRole('heading', { name: 'Made before' }).waitFor()
  expect(await jobsPaid(app)).toBe(1)
})
