import { execFile } from 'node:child_process'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type TestApp, startApp } from '../support/app.ts'
import { type OpenPage, openPage, smallPhoto } from './support/page.ts'

const run = promisify(execFile)

const name = `Ada's "best" $(mug) \`1\` \\ ü`

/** Sends a photo, and shows one of the requests in one of its forms. */
const snippet = async (
  open: OpenPage,
  { step, form }: { readonly step: RegExp; readonly form: string },
): Promise<string> => {
  const { page, tasks } = open
  await open.send([await smallPhoto()], name)
  await tasks.getByText('Done').waitFor()
  await page.getByRole('list', { name: 'Requests' }).getByRole('button', { name: step }).first().click()
  await page.getByRole('tab', { name: form }).click()
  return (await page.getByRole('tabpanel').textContent()) ?? ''
}

const creditsOf = async (app: TestApp): Promise<unknown> => (await app.ask('{ account { credits } }')).data

test('the curl command of a paid call runs as it stands, and is the same job again', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const command = await snippet(open, { step: /Remove the background/, form: 'curl' })
  const { stdout } = await run('sh', ['-c', command])
  expect(JSON.parse(stdout)).toMatchObject({ data: { removeBackground: { name, status: 'COMPLETE' } } })
  expect(await creditsOf(app)).toEqual({ account: { credits: 995 } })
})

test('the fetch snippet of a paid call runs in Node as it stands', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const code = await snippet(open, { step: /Remove the background/, form: 'fetch' })
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code])
  expect(stdout).toContain("status: 'COMPLETE'")
  expect(await creditsOf(app)).toEqual({ account: { credits: 995 } })
})

test.for(['curl', 'fetch'])('a subscription runs by %s as it stands, and ends with the job', async (form) => {
  await using app = await startApp({ SANDBOX_RENDER_MS: '400' })
  await using open = await openPage(app.url)
  const code = await snippet(open, { step: /Hear of each change/, form })
  const { stdout } =
    form === 'curl' ? await run('sh', ['-c', code]) : await run(process.execPath, ['--input-type=module', '-e', code])
  expect(stdout).toContain('"status":"COMPLETE"')
  expect(stdout).toContain('event: complete')
})

test('the GraphQL form is a document that the server takes, with its variables', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const text = await snippet(open, { step: /List the jobs/, form: 'GraphQL' })
  const [, variables = '{}'] = text.split('# variables')
  const json: unknown = JSON.parse(variables.replaceAll(/^# /gm, ''))
  // As it stands: the variables are a comment of the document.
  const { data } = await app.ask(text, z.record(z.string(), z.unknown()).parse(json))
  expect(data).toMatchObject({ jobs: { nodes: [{ name }] } })
})

test('what is copied is what is shown', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url, { permissions: ['clipboard-read', 'clipboard-write'] })
  const command = await snippet(open, { step: /Read the account/, form: 'curl' })
  await open.page.getByRole('button', { name: 'Copy' }).click()
  await open.page.getByRole('status').getByText('Copied.').waitFor()
  expect(await open.page.evaluate<string>('navigator.clipboard.readText()')).toBe(command)
})

test('the curl command of an upload takes a file whose name looks like a pattern', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  await using folder = await mkdtempDisposable(join(tmpdir(), 'page-snippets-'))
  const file = await smallPhoto('a [1-3].jpg')
  if (typeof file !== 'string') await writeFile(join(folder.path, file.name), file.buffer)
  const tickets: string[] = []
  open.page.on('request', (request) => {
    if (request.method() === 'PUT') tickets.push(request.url())
  })
  await open.send([file])
  await open.tasks.getByText('Done').waitFor()
  await open.page.getByRole('button', { name: /Upload a/ }).click()
  await open.page.getByRole('tab', { name: 'curl' }).click()
  const text = (await open.page.getByRole('tabpanel').textContent()) ?? ''
  const command = text.replace(/'http[^']+'/, `'${tickets[0]}'`)
  const { stdout } = await run('sh', ['-c', `${command} --silent --output - --write-out '%{http_code}'`], {
    cwd: folder.path,
  })
  expect(stdout).toMatch(/^20\d|20\d$/)
})

test('the signature of an address is in no name, title or snippet', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const { page } = open
  const signature = '0123456789abcdef'.repeat(4)
  const query = `X-Amz-Credential=AKIAEXAMPLEEXAMPLE&X-Amz-Signature=${signature}`
  await page.getByText('By the address of an image').click()
  await page.getByLabel('Address').fill(`https://example.com/photos/red%20mug.jpg?${query}`)
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByLabel('Chosen photos').getByText('red mug.jpg', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove the background', exact: true }).click()
  await page
    .locator('.job-title')
    .getByText(/^red mug \w{6}$/)
    .waitFor()
  await page
    .getByRole('list', { name: 'Requests' })
    .getByRole('button', { name: /Remove the background/ })
    .click()
  for (const form of ['GraphQL', 'curl', 'fetch']) {
    await page.getByRole('tab', { name: form }).click()
    await page.getByRole('tabpanel').getByText('X-Amz-Signature=012345…').waitFor()
    const content = await page.content()
    expect(content).not.toContain(signature)
    expect(content).not.toContain('AKIAEXAMPLEEXAMPLE')
  }
})
