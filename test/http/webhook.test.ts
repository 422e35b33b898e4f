import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { temporaryFolder } from '../ledger/databases.ts'
import { test as base } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'
import { json } from '../support/stub-server.ts'
import { type SignedDelivery, aPayload, deliver, eventText, sign, webhookSecret } from '../support/webhook-event.ts'

const serverKey = 'mhk_live_5ec4e7_of_the_server'
const link = 'https://s.example/r.png?X-Sig=d0w41oad'
const settingsFor = ({ url }: StubMagicHour, more: Record<string, string> = {}) => ({
  MAGIC_HOUR_BASE_URL: url.href,
  MAGIC_HOUR_API_KEY: serverKey,
  ALLOW_ANONYMOUS: 'true',
  MAGIC_HOUR_WEBHOOK_SECRET: webhookSecret,
  ...more,
})

/** A server that pays with its own key and receives webhooks. */
const test = base.extend<{ server: TestApp }>({
  server: async ({ magicHour }, use) => {
    await using server = await startApp(settingsFor(magicHour))
    await use(server)
  },
})

const remove = `mutation ($name: String, $key: String) {
  removeBackground(assets: { imageFilePath: "https://example.com/a.png" }, name: $name, idempotencyKey: $key) { id name status }
}`
const jobOf = '{ job(id: "project-1") { status downloads { url } } }'
const completed = (extra: Record<string, unknown> = {}): string =>
  eventText('image.completed', aPayload('project-1', 'complete', extra))
const projects = '/v1/image-projects/'

test('without a secret there is no receiver', async ({ app }) => {
  expect((await deliver(app.url, sign(completed()))).status).toBe(404)
})

describe('an event', () => {
  test('that is rightly signed changes its job at once, and says so', async ({ server }) => {
    await server.ask(remove)
    const event = completed({ downloads: [{ url: link, expires_at: '2999-01-01T00:00:00Z' }] })
    expect(await deliver(server.url, sign(event))).toEqual({ status: 200, text: '{"outcome":"APPLIED"}' })
    expect((await server.ask(jobOf)).data).toEqual({ job: { status: 'COMPLETE', downloads: [{ url: link }] } })
  })

  test.for([
    ['with no content type', undefined],
    ['as plain text', 'text/plain'],
    ['with a character set', 'application/json; charset=utf-8'],
    ['as a form', 'application/x-www-form-urlencoded'],
  ] as const)('is taken %s, by its bytes as they came', async ([, type], { server }) => {
    await server.ask(remove)
    const { body, headers } = sign(
      '{ "payload" :{"status":"complete",\n"name":"☕ \\u00df","id":"project-1"} , "type":"image.completed"}\n',
    )
    const { 'content-type': _default, ...rest } = headers
    const delivery = { body, headers: { ...rest, ...(type !== undefined && { 'content-type': type }) } }
    expect((await deliver(server.url, delivery)).status).toBe(200)
    expect((await server.ask(jobOf)).data).toMatchObject({ job: { status: 'COMPLETE' } })
  })

  test.for([
    ['of a wrong secret', () => sign(completed(), { secret: 'wrong' })],
    ['whose body was changed', () => ({ ...sign(completed()), body: Buffer.from(completed({ image_count: 2 })) })],
    ['without a signature', () => without(sign(completed()), 'magic-hour-event-signature')],
    ['without a timestamp', () => without(sign(completed()), 'magic-hour-event-timestamp')],
    ['without a body', () => ({ ...sign(completed()), body: Buffer.alloc(0) })],
    ['that is stale and forged', () => sign(completed(), { secret: 'wrong', at: new Date(0) })],
  ] as const)('%s is refused, and nothing changes', async ([, forge], { server, magicHour }) => {
    await server.ask(remove)
    magicHour.set('project-1', 'rendering')
    expect((await deliver(server.url, forge())).status).toBe(401)
    expect((await server.ask(jobOf)).data).not.toMatchObject({ job: { status: 'COMPLETE' } })
  })

  test.for([
    ['older', -301],
    ['newer', 301],
  ] as const)(
    'that is stale, %s than the tolerance, has Magic Hour asked and is not believed',
    async ([, seconds], { server, magicHour }) => {
      magicHour.failNextCreate(json(500, { message: 'lost' }))
      const { errors } = await server.ask(remove, { key: 'order-7' })
      const name = /\S+ - .*\]/.exec(errors[0]?.message ?? '')?.[0] ?? JSON.stringify(errors)
      magicHour.set('lost-1', 'rendering', { name })
      const lie = eventText('image.errored', aPayload('lost-1', 'error', { name }))
      const at = new Date(Date.now() + seconds * 1_000)
      expect(await deliver(server.url, sign(lie, { at }))).toEqual({ status: 202, text: '{"outcome":"ASKED_AGAIN"}' })
      await expect
        .poll(async () => (await server.ask(remove, { key: 'order-7' })).data, { interval: 10 })
        .toMatchObject({ removeBackground: { id: 'lost-1', status: 'RENDERING' } })
    },
  )

  test('is as old as the setting allows', async ({ magicHour }) => {
    await using server = await startApp(settingsFor(magicHour, { WEBHOOK_TOLERANCE_SECONDS: '1000' }))
    await server.ask(remove)
    const at = new Date(Date.now() - 900_000)
    expect((await deliver(server.url, sign(completed(), { at }))).status).toBe(200)
  })

  test('that is too large is refused', async ({ server }) => {
    expect((await deliver(server.url, sign(completed({ name: 'x'.repeat(65_536) })))).status).toBe(413)
  })

  test.for([
    ['no JSON', 'hello'],
    ['a type nobody knows', eventText('image.invented', aPayload('project-9', 'complete'))],
    ['a video', eventText('video.completed', aPayload('project-9', 'complete'))],
    ['a project of another tool', eventText('image.completed', aPayload('p', 'complete', { type: 'FACE_SWAP' }))],
    ['a project of somebody else', eventText('image.completed', aPayload('project-9', 'complete'))],
  ] as const)('about %s is passed over, and no job comes of it', async ([, text], { server, magicHour }) => {
    await server.ask(remove)
    expect(await deliver(server.url, sign(text))).toEqual({ status: 200, text: '{"outcome":"PASSED_OVER"}' })
    expect((await server.ask('{ jobs { nodes { id } } }')).data).toEqual({ jobs: { nodes: [{ id: 'project-1' }] } })
    expect(magicHour.requests.filter(({ path }) => path.startsWith(projects) && !path.endsWith('project-1'))).toEqual(
      [],
    )
  })

  test('is answered without waiting for Magic Hour', async ({ server, magicHour }) => {
    await server.ask(remove)
    const { promise: held, resolve: answer } = Promise.withResolvers<void>()
    magicHour.holdProjects(held)
    expect((await deliver(server.url, sign(completed(), { at: new Date(0) }))).status).toBe(202)
    expect((await deliver(server.url, sign(completed()))).status).toBe(200)
    answer()
  })
})

test('an event that the database cannot take is answered with 503, and taken when it comes again', async ({
  magicHour,
}) => {
  await using database = await createTestDatabase()
  await using server = await startApp(settingsFor(magicHour, { DATABASE_URL: database.url }))
  await server.ask(remove)
  await database.setReachable(false)
  await database.terminateConnections()
  const event = sign(completed({ downloads: [{ url: link, expires_at: '2999-01-01T00:00:00Z' }] }))
  expect((await deliver(server.url, event)).status).toBe(503)
  await database.setReachable(true)
  expect((await deliver(server.url, event)).status).toBe(200)
  expect((await server.ask(jobOf)).data).toMatchObject({ job: { status: 'COMPLETE' } })
  expect(secretsIn(server.log.join(''))).toEqual([])
})

test('neither the log nor the database holds a secret of an event', async ({ magicHour }) => {
  await using folder = await temporaryFolder()
  await using server = await startApp(settingsFor(magicHour, { DATA_DIR: folder.path }))
  await server.ask(remove)
  const downloads = [{ url: link, expires_at: '2999-01-01T00:00:00Z' }]
  await deliver(server.url, sign(completed({ downloads })))
  await deliver(server.url, sign(completed({ downloads }), { secret: 'wrong' }))
  // Kept, since the answer to a create is still out.
  magicHour.failNextCreate(json(500, { message: 'lost' }))
  await server.ask(remove, { name: 'Mug' })
  const early = eventText('image.completed', aPayload('project-8', 'complete', { downloads }))
  expect((await deliver(server.url, sign(early))).text).toBe('{"outcome":"KEPT"}')
  await server.stop()
  const files = await Promise.all((await readdir(folder.path)).map((file) => readFile(join(folder.path, file))))
  expect(Buffer.concat(files).includes('project-8')).toBe(true)
  expect(secretsIn(Buffer.concat(files).toString('latin1'))).toEqual([])
  expect(secretsIn(server.log.join(''))).toEqual([])
})

const without = ({ body, headers }: SignedDelivery, name: string): SignedDelivery => ({
  body,
  headers: Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name)),
})

const secretsIn = (text: string): string[] =>
  [webhookSecret, serverKey, 'X-Sig', 'd0w41oad'].filter((secret) => text.includes(secret))
