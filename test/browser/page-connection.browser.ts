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

test('many photos come to their end also where each stream holds a connection', async () => {
  await using app = await startApp({ SANDBOX_RENDER_MS: '300' })
  await using door = await startFrontDoor(app.url)
  door.refuse((request) => request.startsWith('UPGRADE'))
  await using open = await openPage(door.url)
  const mug = await smallPhoto()
  await open.send([mug, mug, mug, mug, mug, mug, mug, mug], 'sandbox:error-unknown_error')
  await expect.poll(() => open.tasks.getByText('Failed').count(), patiently).toBe(8)
})
