import sharp from 'sharp'
import { request } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { temporaryFolder } from '../ledger/databases.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { aJob } from '../support/builders.ts'
import { webhookSecret } from '../support/webhook-event.ts'

const remove = `mutation ($image: String!, $name: String, $key: String, $wait: Int) {
  removeBackground(assets: { imageFilePath: $image }, name: $name, idempotencyKey: $key, waitForSeconds: $wait) {
    id status creditsCharged downloads { url } error { code }
  }
}`
/** Vitest's placeholders are typed `any`; this one is not. */
const anyLink: unknown = expect.stringMatching(/^http/)
const done = { status: 'COMPLETE', creditsCharged: 5, downloads: [{ url: anyLink }], error: null }

/** The path of a small photo that was uploaded. */
const upload = async (app: TestApp): Promise<string> => {
  const photo = sharp({ create: { width: 32, height: 24, channels: 3, background: '#c22' } }).jpeg()
  const { data } = await app.ask('mutation { createUploads(files: [{ extension: "jpg" }]) { filePath uploadUrl } }')
  const [, filePath = '', uploadUrl = ''] =
    /"filePath":"([^"]+)","uploadUrl":"([^"]+)"/.exec(JSON.stringify(data)) ?? []
  await request(uploadUrl, { method: 'PUT', body: await photo.toBuffer() })
  return filePath
}

/** A database in which ten renders of 20 seconds have been told by events, so that events are counted on from the start. */
const trustEvents = async (folder: string): Promise<void> => {
  const database = openSqlite(folder)
  await migrate(database)
  const ledger = createLedger(database, createHub())
  for (let index = 0; index < 10; index += 1) {
    const job = aJob('QUEUED', { id: `earlier-${index}`, tenant: 'earlier' })
    await ledger.adopt(job, null)
    const seen = { afterMs: 20_000, byMs: 20_000, saidBy: 'EVENT' } as const
    await ledger.update({ ...aJob('COMPLETE', { id: job.id, tenant: job.tenant }), revision: 1 }, seen)
  }
  await database.close()
}

/** A gateway with a sandbox beside it that tells it of its jobs. Both end with the test. */
const startBoth = async ({ areEventsTrusted = true } = {}) => {
  const asked: string[] = []
  const address = { url: '' }
  const sandbox = createSandbox(
    {
      renderMs: 0,
      onRequest: ({ method, path }) => void asked.push(`${method} ${path}`),
      webhooks: { url: () => `${address.url}/webhooks/magic-hour`, secret: webhookSecret },
    },
    { quickRenderMs: 0, webhookRetryMs: 10 },
  )
  onTestFinished(() => sandbox.stop())
  await sandbox.start()
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  if (areEventsTrusted) await trustEvents(folder.path)
  const app = await startApp({
    MAGIC_HOUR_BASE_URL: sandbox.url,
    MAGIC_HOUR_API_KEY: 'mhk_test_of_the_server',
    ALLOW_ANONYMOUS: 'true',
    MAGIC_HOUR_WEBHOOK_SECRET: webhookSecret,
    DATA_DIR: folder.path,
  })
  onTestFinished(() => app.stop())
  address.url = app.url
  const count = (start: string): number => asked.filter((line) => line.startsWith(start)).length
  const image = await upload(app)
  const make = (variables: Record<string, unknown>) => app.ask(remove, { image, ...variables })
  return { app, make, looks: () => count('GET /v1/image-projects/'), creates: () => count('POST /v1/image-background') }
}
const logLine = z.object({ msg: z.string().optional(), outcome: z.string().optional() })
/** What the gateway made of the events that came. */
const outcomes = ({ log }: TestApp): unknown[] =>
  log.map((line) => logLine.parse(JSON.parse(line))).flatMap(({ msg, outcome }) => (msg === 'event' ? [outcome] : []))
const jobs = async (app: TestApp) => (await app.ask('{ jobs { nodes { status name } } }')).data

describe('once events are known to come,', () => {
  test('a job is made, finished and downloaded without one look-up', async () => {
    const { make, looks, creates } = await startBoth()
    const { data } = await make({ wait: 20 })
    expect(data).toMatchObject({ removeBackground: done })
    const { statusCode, body } = await request(/"url":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? '')
    const png = Buffer.from(await body.arrayBuffer())
    expect([statusCode, png.subarray(1, 4).toString()]).toEqual([200, 'PNG'])
    expect([creates(), looks()]).toEqual([1, 0])
  })

  test.for(['twice', 'disorder', 'forged', 'early', 'foreign'])(
    'those of sandbox:webhook-%s bring the job to its end, without a look-up and without another job',
    async (fault) => {
      const { app, make, looks } = await startBoth()
      const name = `sandbox:webhook-${fault}`
      expect((await make({ name, wait: 20 })).data).toMatchObject({ removeBackground: done })
      expect(await jobs(app)).toEqual({ jobs: { nodes: [{ status: 'COMPLETE', name }] } })
      expect(looks()).toBe(0)
    },
  )

  test('those that come before the create’s answer are in it', async () => {
    const { app, make } = await startBoth()
    const { data } = await make({ name: 'sandbox:webhook-early' })
    expect(data).toMatchObject({ removeBackground: done })
    expect(outcomes(app)).toEqual(['KEPT', 'KEPT'])
  })

  test('those that leave the links out cost one look-up', async () => {
    const { make, looks } = await startBoth()
    const { data } = await make({ name: 'sandbox:webhook-bare', wait: 20 })
    expect(data).toMatchObject({ removeBackground: done })
    expect(looks()).toBe(1)
  })

  test('those that are too old are not believed, but asked about', async () => {
    const { app, make, looks } = await startBoth()
    const { data } = await make({ name: 'sandbox:webhook-stale', wait: 20 })
    expect(data).toMatchObject({ removeBackground: done })
    expect(outcomes(app)).toEqual([])
    expect(looks()).toBeGreaterThan(0)
  })

  test('a job that fails says why, and that it was refunded', async () => {
    const { make, looks } = await startBoth()
    const { data } = await make({ name: 'sandbox:error-no_source_face', wait: 20 })
    expect(data).toMatchObject({
      removeBackground: { status: 'ERROR', creditsCharged: 0, downloads: null, error: { code: 'no_source_face' } },
    })
    expect(looks()).toBe(0)
  })
})

test('a job whose events are lost is finished by look-ups', async () => {
  const { make, looks } = await startBoth({ areEventsTrusted: false })
  const { data } = await make({ name: 'sandbox:webhook-lost', wait: 20 })
  expect(data).toMatchObject({ removeBackground: done })
  expect(looks()).toBeGreaterThan(0)
})

test.for(['reset', '500-made', 'empty'])(
  'a job whose answer is lost by sandbox:%s is what its key resolves to, and is paid once',
  async (fault) => {
    const { make, creates, looks } = await startBoth()
    const variables = { name: `sandbox:${fault} order 7`, key: 'order-7' }
    const { errors } = await make(variables)
    expect(['SUBMISSION_UNKNOWN', undefined]).toContain(errors[0]?.extensions['code'])
    await expect
      .poll(async () => (await make(variables)).data, { interval: 20, timeout: 10_000 })
      .toMatchObject({ removeBackground: { creditsCharged: 5 } })
    expect((await make({ ...variables, wait: 20 })).data).toMatchObject({ removeBackground: done })
    expect([creates(), looks()]).toEqual([1, 0])
  },
)

test('the sandbox inside the gateway tells it of its jobs', async () => {
  await using app = await startApp({ SANDBOX_WEBHOOKS: 'true' })
  const image = await upload(app)
  expect((await app.ask(remove, { image, wait: 20 })).data).toMatchObject({ removeBackground: done })
  const lost = { image, name: 'sandbox:reset', key: 'order-7' }
  await app.ask(remove, lost)
  await expect
    .poll(async () => (await app.ask(remove, { ...lost, wait: 20 })).data, { interval: 20, timeout: 10_000 })
    .toMatchObject({ removeBackground: done })
  expect(outcomes(app).length).toBeGreaterThan(0)
})
