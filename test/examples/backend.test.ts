import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test as base } from 'vitest'
import { data, refusal, reset, startFakeServer } from '../cli/fake-server.ts'
import { lookAt, writePhoto } from '../cli/pictures.ts'
import { startProgram } from '../cli/program.ts'
import { type TestApp, startApp } from '../support/app.ts'

/** A test with a folder of its own, and a photo in it. */
const test = base.extend<{ folder: string }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are needed
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'order-'))
    await writePhoto(join(folder, 'cup.jpg'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
})

const jobsOf = async (app: TestApp) => (await app.ask('{ jobs { nodes { id status creditsCharged } } }')).data?.['jobs']

describe.for(['remove-background.ts', 'remove-background.fetch.ts'])('the order of a shop, by %s', (file) => {
  const script = fileURLToPath(new URL(`../../examples/backend/${file}`, import.meta.url))
  const start = (url: string, folder: string) =>
    startProgram(process.execPath, [script, '7', 'cup.jpg', 'cut-out.png'], {
      cwd: folder,
      env: { SERVER: `${url}/graphql`, NODE_NO_WARNINGS: '1' },
    })
  const run = async (url: string, folder: string) => {
    await using program = start(url, folder)
    return await program.ended
  }

  test('becomes a PNG with nothing around the subject', async ({ folder }) => {
    await using app = await startApp()
    expect(await run(app.url, folder)).toMatchObject({ code: 0, stderr: '' })
    expect(await lookAt(join(folder, 'cut-out.png'))).toMatchObject({
      format: 'png',
      width: 120,
      height: 90,
      corner: [expect.any(Number), expect.any(Number), expect.any(Number), 0],
      centre: [expect.any(Number), expect.any(Number), expect.any(Number), 255],
    })
  })

  test('is one job, paid once, when it is run twice', async ({ folder }) => {
    await using app = await startApp()
    const first = await run(app.url, folder)
    expect(await run(app.url, folder)).toEqual(first)
    const [id] = first.stdout.split(' ')
    expect(await jobsOf(app)).toEqual({ nodes: [{ id, status: 'COMPLETE', creditsCharged: 5 }] })
  })

  test('is one job, paid once, when it is killed while the image is made and run again', async ({ folder }) => {
    await using app = await startApp({ SANDBOX_RENDER_MS: '700' })
    await using killed = start(app.url, folder)
    await expect.poll(() => jobsOf(app), { timeout: 15_000 }).toHaveProperty('nodes.length', 1)
    killed.process.kill('SIGKILL')
    expect((await killed.ended).stdout).toBe('')
    const again = await run(app.url, folder)
    expect(again).toMatchObject({ code: 0, stderr: '' })
    const [id] = again.stdout.split(' ')
    expect(await jobsOf(app)).toEqual({ nodes: [{ id, status: 'COMPLETE', creditsCharged: 5 }] })
  })

  test('is sent again under its key after a lost answer, and when the server says so', async ({ folder }) => {
    await using server = await startFakeServer()
    const busy = refusal('RATE_LIMITED', { retryable: true, retryAfterSeconds: 0 })
    server.script.RemoveBackground = [reset, busy, data({ job: server.job() })]
    expect(await run(server.url, folder)).toMatchObject({ code: 0, stdout: 'job-1 cut-out.png\n' })
    const sent = { filePath: 'api-assets/x.jpg', idempotencyKey: 'order-7' }
    expect(server.at('RemoveBackground').map(({ variables }) => variables)).toEqual([sent, sent, sent])
    expect(server.at('upload')).toHaveLength(1)
  })

  test('is not sent again where nobody knows whether it was paid', async ({ folder }) => {
    await using server = await startFakeServer()
    const unknown = { charged: 'UNKNOWN', submissionName: 'cut-out k3j9' }
    server.script.RemoveBackground = [refusal('SUBMISSION_UNKNOWN', unknown)]
    const { code, stderr } = await run(server.url, folder)
    expect(code).toBe(1)
    expect(stderr).toContain('Look for «cut-out k3j9»')
    expect(server.at('RemoveBackground')).toHaveLength(1)
  })

  test('says what an error is and that nothing was charged', async ({ folder }) => {
    await using server = await startFakeServer()
    server.script.RemoveBackground = [refusal('INSUFFICIENT_CREDITS')]
    const { code, stderr } = await run(server.url, folder)
    expect([code, stderr]).toEqual([1, 'INSUFFICIENT_CREDITS: Words for INSUFFICIENT_CREDITS. (charged: NO)\n'])
    expect(await readFile(join(folder, 'order-7.upload'), 'utf8')).toBe('api-assets/x.jpg')
  })
})
