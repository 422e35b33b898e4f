import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { alphasAt, drop, openPage, patiently, photo, smallPhoto, withoutFailedLoads } from './support/page.ts'

const slowly = { SANDBOX_RENDER_MS: '700' }

test('a photo that is dropped becomes a cut-out, is found again after a reload, and can be deleted', async () => {
  await using app = await startApp(slowly)
  await using open = await openPage(app.url)
  const { page, tasks, jobs, browser } = open

  await drop(page, photo('mug'), "Ada's mug.jpg")
  await page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  await tasks.getByText('Done').waitFor()
  const states = await open.statesSeen()
  expect(states[0]).toMatch(/^(Waiting|Uploading)/)
  expect(states.filter((state) => !/^(Waiting|Uploading)/.test(state))).toEqual([
    'Asking for the job',
    'In the queue',
    'Rendering',
    'Done',
  ])

  await page.locator('.after').waitFor()
  expect(
    await alphasAt(page, [
      [0, 0],
      [0.999, 0.001],
      [0.5, 0.5],
    ]),
  ).toEqual([0, 0, 255])
  await page.getByText('995 credits').waitFor()

  await page.reload()
  await page.getByRole('button', { name: /^Ada's mug \w{6}$/ }).click()
  await page.locator('.after').waitFor()
  expect(
    await alphasAt(page, [
      [0, 0],
      [0.5, 0.5],
    ]),
  ).toEqual([0, 255])

  await page.getByRole('button', { name: /^Delete Ada's mug/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  await jobs.getByText('Deleted').waitFor()
  expect(await page.locator('.after').count()).toBe(0)
  expect(browser.complaints).toEqual([])
})

test('the bytes of an upload are counted as they leave', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.send([await smallPhoto()])
  await open.tasks.getByText('Done').waitFor()
  expect((await open.statesSeen()).some((state) => /^Uploading, \d+ % of \d+ kB$/.test(state))).toBe(true)
})

test('several photos are done at once, each as a job of its own', async () => {
  await using app = await startApp(slowly)
  await using open = await openPage(app.url)
  await open.send([await smallPhoto(), await smallPhoto(), await smallPhoto()], 'Shop')
  await expect.poll(() => open.tasks.getByText('Done').count(), patiently).toBe(3)
  expect((await open.page.locator('.job-title').allTextContents()).toSorted()).toEqual(['Shop 1', 'Shop 2', 'Shop 3'])
  await open.page.getByText('985 credits').waitFor()
  expect(open.browser.complaints).toEqual([])
})

test('a background image is put behind the subject', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.page.getByLabel('Background image').setInputFiles(photo('table'))
  await open.send([await smallPhoto()])
  await open.page.locator('.after').waitFor()
  expect(
    await alphasAt(open.page, [
      [0, 0],
      [0.5, 0.5],
    ]),
  ).toEqual([255, 255])
})

test('an image is taken by its address too', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const { page } = open
  await page.getByText('By the address of an image').click()
  await page.getByLabel('Address').fill('no address')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByText('That is no http(s) address.').waitFor()
  await page.getByLabel('Address').fill('https://magichour.ai/my-library?imageId=mug')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  await page.locator('.after').waitFor()
  expect(
    await alphasAt(page, [
      [0, 0],
      [0.5, 0.5],
    ]),
  ).toEqual([0, 255])
  expect(open.browser.complaints).toEqual([])
})

test('whoever has no photo at hand tries it with a sample', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.page.getByRole('button', { name: 'a portrait' }).click()
  await open.page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  await open.page.locator('.after').waitFor()
  expect(open.browser.complaints).toEqual([])
})

test('the download is the cut-out, under the name of the job', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.send([await smallPhoto()], 'Mug / front')
  const [download] = await Promise.all([
    open.page.waitForEvent('download'),
    open.page.getByRole('link', { name: 'Download' }).click(),
  ])
  // The server's own header says it; a slash is in no file name.
  expect(download.suggestedFilename()).toMatch(/^Mug [-_] front\.png$/)
  const bytes = await buffer(await download.createReadStream())
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
})

test('a file that Magic Hour does not take is refused in words, before anything is sent', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.page.getByLabel('Choose photos').setInputFiles('package.json')
  await open.page.getByRole('alert').getByText('«package.json» is none of the formats').waitFor()
  expect(await open.page.getByRole('button', { name: 'Remove the background', exact: true }).isDisabled()).toBe(true)
})

test('a HEIC that is called PNG is refused in the words of the server, and costs nothing', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const heic = Buffer.from([0, 0, 0, 0x18, ...Buffer.from('ftypheic\0\0\0\0mif1heic'), ...Buffer.alloc(400)])
  await open.page.getByLabel('Choose photos').setInputFiles({ name: 'IMG_1.png', mimeType: 'image/png', buffer: heic })
  await open.page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  const alert = open.tasks.getByRole('alert')
  await alert.getByText(/HEIC/).waitFor()
  await alert.getByText('Nothing was charged.').waitFor()
  expect(withoutFailedLoads(open.browser.complaints)).toEqual([])
})

test('a render that fails is said in words, with the refund', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.send([await smallPhoto()], 'sandbox:error-file_too_large')
  const alert = open.tasks.getByRole('alert')
  await alert.getByText('The credits were given back: nothing was charged.').waitFor()
  await alert.getByText('Use a smaller picture.').waitFor()
  await open.jobs.getByText('0 credits (refunded)').waitFor()
  await open.page.getByText('1,000 credits').waitFor()
  expect(open.browser.complaints).toEqual([])
})

test('a refused request says what to do, and goes on from there', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.send([await smallPhoto()], 'sandbox:402')
  const alert = open.tasks.getByRole('alert')
  await alert.getByText('Nothing was charged.').waitFor()
  await alert.getByText('Buy credits at Magic Hour, then try again.').waitFor()
  await alert.getByRole('button', { name: 'Try again' }).waitFor()
})

test('an unknown outcome names the job to look for, and looking again pays nothing', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.send([await smallPhoto()], 'sandbox:reset')
  const alert = open.tasks.getByRole('alert')
  await alert.getByText('Whether it was charged cannot be known.').waitFor()
  await alert.getByText('Look for «sandbox:reset» in Magic Hour').waitFor()
  await alert.getByRole('button', { name: 'Look again' }).click()
  await open.page.getByRole('button', { name: /Remove the background\s*×2/ }).waitFor()
  await alert.getByText('Whether it was charged cannot be known.').waitFor()
  const { data } = await app.ask('{ account { credits } }')
  expect(data).toEqual({ account: { credits: 995 } })
})

test('the sandbox is plain to see', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await open.page.getByText('Nothing is charged, and no picture leaves this machine.').waitFor()
})

test('a photo that the browser cannot draw is sent all the same', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const heic = Buffer.from([0, 0, 0, 0x18, ...Buffer.from('ftypheic\0\0\0\0mif1heic'), ...Buffer.alloc(400)])
  await open.page.getByLabel('Choose photos').setInputFiles({ name: 'IMG_1.heic', mimeType: '', buffer: heic })
  await open.page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  // The sandbox takes HEIC and cannot read it.
  await open.tasks.getByText('Failed').waitFor()
  expect(await open.statesSeen()).toContain('In the queue')
})
