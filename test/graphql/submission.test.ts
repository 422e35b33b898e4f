import { describe, expect } from 'vitest'
import { test as base } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { holdNextCreate } from '../support/held-create.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'
import { json } from '../support/stub-server.ts'

const shop = { authorization: 'Bearer key-of-the-shop-0001' }
const studio = { authorization: 'Bearer key-of-the-studio-01' }
const alice = { authorization: 'Bearer mhk_test_alice' }
const create = '/v1/image-background-remover'

/** A server that pays with its own key, for two tenants. */
const test = base.extend<{ server: TestApp }>({
  server: async ({ magicHour }, use) => {
    await using server = await startApp({
      MAGIC_HOUR_BASE_URL: magicHour.url.href,
      MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
      GATEWAY_KEYS: 'shop:key-of-the-shop-0001,studio:key-of-the-studio-01',
    })
    await use(server)
  },
})

const removeQuery = `mutation ($name: String, $key: String) {
  removeBackground(assets: { imageFilePath: "https://example.com/a.png" }, name: $name, idempotencyKey: $key) { id name }
}`
const resolveQuery =
  'mutation ($key: String!, $id: ID!) { resolveSubmission(idempotencyKey: $key, jobId: $id) { job { id status name } } }'
const abandonQuery = 'mutation ($key: String!) { abandonSubmission(idempotencyKey: $key) { idempotencyKey } }'

type Headers = Record<string, string>
interface Question {
  readonly query: string
  readonly variables: Record<string, unknown>
  readonly headers: Headers
}
const ask = async (app: TestApp, { query, variables, headers }: Question) => {
  const { data, errors } = await app.ask(query, variables, headers)
  return { data, code: errors[0]?.extensions['code'] ?? null, message: errors[0]?.message ?? '' }
}
const remove = (app: TestApp, headers: Headers = shop) =>
  ask(app, { query: removeQuery, variables: { key: 'order-7', name: 'Mug' }, headers })
const resolve = (app: TestApp, id: string, { headers = shop, key = 'order-7' } = {}) =>
  ask(app, { query: resolveQuery, variables: { key, id }, headers })
const abandon = (app: TestApp, { headers = shop, key = 'order-7' } = {}) =>
  ask(app, { query: abandonQuery, variables: { key }, headers })

/** Has a job made whose answer is lost: Magic Hour has it as `lost-1`. */
const lose = async (app: TestApp, magicHour: StubMagicHour, headers: Headers = shop): Promise<void> => {
  magicHour.failNextCreate(json(500, { message: 'lost' }))
  expect(await remove(app, headers)).toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
  magicHour.set('lost-1', 'complete', fitting())
}
const fitting = (changes: Record<string, unknown> = {}) => ({
  name: 'Mug',
  created_at: new Date().toISOString(),
  ...changes,
})

describe('a submission whose outcome is unknown', () => {
  test('resolves to the job that a person has found, and so does its key', async ({ server, magicHour }) => {
    await lose(server, magicHour)
    const job = { id: 'lost-1', status: 'COMPLETE', name: 'Mug' }
    expect(await resolve(server, 'lost-1')).toMatchObject({ data: { resolveSubmission: { job } }, code: null })
    expect(await resolve(server, 'lost-1')).toMatchObject({ data: { resolveSubmission: { job } }, code: null })
    expect(await remove(server)).toMatchObject({ data: { removeBackground: { id: 'lost-1' } } })
    expect(magicHour.count('POST', create)).toBe(1)
  })

  test.for([
    ['another name', { name: 'Cup' }],
    ['another time', { created_at: '2026-01-01T00:00:00Z' }],
    ['another tool', { type: 'FACE_SWAP' }],
  ] as const)('does not resolve to a project of %s', async ([, changes], { server, magicHour }) => {
    await lose(server, magicHour)
    magicHour.set('lost-1', 'complete', fitting(changes))
    const { code, message } = await resolve(server, 'lost-1')
    expect([code, message.startsWith('jobId: ')]).toEqual(['BAD_USER_INPUT', true])
    expect(await remove(server)).toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
  })

  test('does not resolve to what another tenant of the account has made', async ({ server, magicHour }) => {
    await lose(server, magicHour)
    magicHour.failNextCreate((response, request) => {
      magicHour.set('theirs-1', 'complete', fitting())
      json(200, { id: 'theirs-1', credits_charged: 5 })(response, request)
    })
    expect(await remove(server, studio)).toMatchObject({ data: { removeBackground: { id: 'theirs-1' } } })
    const refused = await resolve(server, 'theirs-1')
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(refused.message).toBe((await resolve(server, 'unknown')).message)
    expect((await server.ask('{ job(id: "theirs-1") { id } }', {}, shop)).data).toEqual({ job: null })
  })

  test('resolves for an account’s owner, also when they have looked at the project first', async ({
    app,
    magicHour,
  }) => {
    await lose(app, magicHour, alice)
    expect((await app.ask('{ job(id: "lost-1") { id } }', {}, alice)).data).toEqual({ job: { id: 'lost-1' } })
    expect(await resolve(app, 'lost-1', { headers: alice })).toMatchObject({ code: null })
    expect(await remove(app, alice)).toMatchObject({ data: { removeBackground: { id: 'lost-1' } } })
  })

  test('makes and pays a new job under its key once it was given up', async ({ server, magicHour }) => {
    await lose(server, magicHour)
    expect(await abandon(server)).toMatchObject({ data: { abandonSubmission: { idempotencyKey: 'order-7' } } })
    expect(await remove(server)).toMatchObject({ data: { removeBackground: { id: 'project-2' } } })
    expect(magicHour.count('POST', create)).toBe(2)
    expect(await abandon(server)).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
  })
})

describe('a submission that is no doubt', () => {
  test('cannot be settled while it is being sent', async ({ server, magicHour }) => {
    const release = holdNextCreate(magicHour)
    const sending = remove(server)
    await magicHour.received(1)
    expect(await resolve(server, 'held-1')).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
    expect(await abandon(server)).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
    release()
    expect(await sending).toMatchObject({ data: { removeBackground: { id: 'held-1' } } })
  })

  test('cannot be given up, or resolve to another job, once it is answered', async ({ server }) => {
    await remove(server)
    expect(await abandon(server)).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
    expect(await resolve(server, 'project-9')).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
    expect(await resolve(server, 'project-1')).toMatchObject({ code: null })
  })

  test('is not there under a key that was never used, or used by another tenant', async ({ server, magicHour }) => {
    await lose(server, magicHour)
    for (const other of [{ key: 'order-8' }, { headers: studio }]) {
      expect(await resolve(server, 'lost-1', other)).toMatchObject({ code: 'NOT_FOUND' })
      expect(await abandon(server, other)).toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  test('is not looked for under what can be no key, or no id', async ({ server, magicHour }) => {
    expect(await resolve(server, 'a/b')).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(await resolve(server, 'lost-1', { key: 'a b' })).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(await abandon(server, { key: '' })).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(magicHour.requests).toEqual([])
  })
})

describe('resolveSubmission without a key', () => {
  const byName = `mutation ($name: String, $key: String, $id: ID!) {
    resolveSubmission(submissionName: $name, idempotencyKey: $key, jobId: $id) { job { id name } }
  }`

  test('takes the name that the error told', async ({ server, magicHour }) => {
    magicHour.failNextCreate(json(500, { message: 'lost' }))
    const { errors } = await server.ask(removeQuery, {}, shop)
    const name = errors[0]?.extensions['submissionName']
    expect(name).toMatch(/\[mhg-/)
    magicHour.set('lost-1', 'complete', { name, created_at: new Date().toISOString() })
    expect((await server.ask(byName, { name, id: 'lost-1' }, shop)).data).toEqual({
      resolveSubmission: { job: { id: 'lost-1', name } },
    })
    expect((await server.ask('{ jobs { nodes { id } } }', {}, shop)).data).toEqual({
      jobs: { nodes: [{ id: 'lost-1' }] },
    })
  })

  test.for([{}, { key: 'order-7', name: 'Mug' }])('and with %o wants one of the two', async (handle, { server }) => {
    const { errors } = await server.ask(byName, { ...handle, id: 'lost-1' }, shop)
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'idempotencyKey' })
  })
})
