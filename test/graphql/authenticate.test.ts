import { createHash } from 'node:crypto'
import { getIntrospectionQuery } from 'graphql'
import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'

const serverKey = 'mhk_live_of_the_server'
const shopKey = 'key-of-the-shop-0001'
const secondShopKey = 'key-of-the-shop-0002'
const studioKey = 'key-of-the-studio-01'
const create = '/v1/image-background-remover'
const projects = '/v1/image-projects/'

const account = '{ account { id } }'
const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const jobOf = (id: string): string => `{ job(id: "${id}") { id status } }`
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What a request came to: its data, and the code of its first error. */
const ask = async (app: TestApp, query: string, headers: Record<string, string> = {}) => {
  const { data, errors } = await app.ask(query, {}, headers)
  return { data, code: errors[0]?.extensions['code'] ?? null }
}

const keysSeenBy = (magicHour: StubMagicHour): (string | undefined)[] => [
  ...new Set(magicHour.requests.map(({ headers }) => headers.authorization)),
]

describe('a server without a key of its own', () => {
  test('passes the key of the caller on as it is', async ({ app, magicHour }) => {
    expect(await ask(app, account, bearer('mhk_live_a.b~c+/=!'))).toEqual({
      data: { account: { id: 'account-1' } },
      code: null,
    })
    expect(keysSeenBy(magicHour)).toEqual(['Bearer mhk_live_a.b~c+/=!'])
  })

  test('takes the name of the scheme in any case', async ({ app, magicHour }) => {
    await ask(app, account, { authorization: 'bEARER  mhk_live_alice' })
    expect(keysSeenBy(magicHour)).toEqual(['Bearer mhk_live_alice'])
  })

  test.for([
    ['no key', {}],
    ['an empty header', { authorization: '' }],
    ['the scheme alone', { authorization: 'Bearer' }],
    ['another scheme', { authorization: 'Basic bWhrOg==' }],
    ['a key without a scheme', { authorization: 'mhk_live_alice' }],
    ['two keys', { authorization: 'Bearer mhk_live_alice mhk_live_bob' }],
    ['a key that is no ASCII', { authorization: 'Bearer mhk_lïve' }],
    ['a key of more than 512 characters', { authorization: `Bearer ${'k'.repeat(513)}` }],
  ] as const)('refuses %s, and asks Magic Hour nothing', async ([, headers], { app, magicHour }) => {
    expect(await ask(app, remove, headers)).toEqual({ data: { removeBackground: null }, code: 'UNAUTHENTICATED' })
    expect(await ask(app, account, headers)).toEqual({ data: { account: null }, code: 'UNAUTHENTICATED' })
    expect(magicHour.requests).toEqual([])
  })

  test('shows its schema to everybody', async ({ app, magicHour }) => {
    expect((await ask(app, getIntrospectionQuery())).code).toBeNull()
    expect(magicHour.requests).toEqual([])
  })

  test('hands on that Magic Hour does not accept a key', async ({ app, magicHour }) => {
    magicHour.failNextCreate((response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Unauthorized"}')
    })
    expect(await ask(app, remove, bearer('mhk_wrong'))).toEqual({
      data: { removeBackground: null },
      code: 'UNAUTHENTICATED',
    })
  })

  test('finds a job that the key made elsewhere', async ({ app, magicHour }) => {
    magicHour.set('elsewhere-1', 'rendering')
    const found = await ask(app, jobOf('elsewhere-1'), bearer('mhk_live_alice'))
    expect(found.data).toEqual({ job: { id: 'elsewhere-1', status: 'RENDERING' } })
  })

  test('does not take a project of another kind for a job', async ({ app, magicHour }) => {
    magicHour.set('portrait-1', 'complete', { type: 'AI_HEADSHOT' })
    expect(await ask(app, jobOf('portrait-1'), bearer('mhk_live_alice'))).toEqual({ data: { job: null }, code: null })
  })

  test('does not delete a project of another kind', async ({ app, magicHour }) => {
    magicHour.set('portrait-1', 'complete', { type: 'AI_HEADSHOT' })
    const query = 'mutation { deleteJob(id: "portrait-1") { job { id } } }'
    expect(await ask(app, query, bearer('mhk_live_alice'))).toEqual({ data: { deleteJob: null }, code: 'NOT_FOUND' })
    expect(magicHour.count('DELETE', '/')).toBe(0)
  })
})

/** A server that pays for the shop, which has two keys, and for the studio. */
const startGatewayApp = (magicHour: StubMagicHour, settings: Record<string, string> = {}): Promise<TestApp> =>
  startApp({
    MAGIC_HOUR_BASE_URL: magicHour.url.href,
    MAGIC_HOUR_API_KEY: serverKey,
    GATEWAY_KEYS: `shop:${shopKey},shop:sha256:${sha256(secondShopKey)},studio:${studioKey}`,
    ...settings,
  })

describe('a server with a key of its own, and keys for its callers', () => {
  test('calls with its own key, and never with those of its callers', async ({ magicHour }) => {
    await using app = await startGatewayApp(magicHour)
    await ask(app, account, bearer(shopKey))
    await ask(app, remove, bearer(shopKey))
    await ask(app, 'mutation { deleteJob(id: "project-1") { job { id } } }', bearer(shopKey))
    await ask(app, 'mutation { createUploads(files: [{ extension: "png" }]) { filePath } }', bearer(shopKey))
    expect(magicHour.requests.length).toBeGreaterThanOrEqual(4)
    expect(keysSeenBy(magicHour)).toEqual([`Bearer ${serverKey}`])
    expect(JSON.stringify(magicHour.requests)).not.toContain(shopKey)
  })

  test.for([
    ['no key', {}],
    ['a key that it does not know', bearer('key-of-nobody-000001')],
    ['the beginning of a key', bearer(shopKey.slice(0, -1))],
    ['the hash of a key in place of the key', bearer(sha256(secondShopKey))],
    ['the name of a tenant', bearer('shop')],
    ['the key of Magic Hour', bearer(serverKey)],
  ] as const)('refuses %s, and asks Magic Hour nothing', async ([, headers], { magicHour }) => {
    await using app = await startGatewayApp(magicHour)
    expect(await ask(app, remove, headers)).toEqual({ data: { removeBackground: null }, code: 'UNAUTHENTICATED' })
    expect(magicHour.requests).toEqual([])
  })

  test('takes a key of which it knows only the hash', async ({ magicHour }) => {
    await using app = await startGatewayApp(magicHour)
    expect((await ask(app, account, bearer(secondShopKey))).code).toBeNull()
  })

  test('takes a hash in capitals', async ({ magicHour }) => {
    const hash = sha256(secondShopKey).toUpperCase()
    await using app = await startGatewayApp(magicHour, { GATEWAY_KEYS: `shop:SHA256:${hash}` })
    expect((await ask(app, account, bearer(secondShopKey))).code).toBeNull()
  })

  test('shows a job to every key of its tenant', async ({ magicHour }) => {
    await using app = await startGatewayApp(magicHour)
    await ask(app, remove, bearer(shopKey))
    const found = await ask(app, jobOf('project-1'), bearer(secondShopKey))
    expect(found).toEqual({ data: { job: { id: 'project-1', status: 'QUEUED' } }, code: null })
  })

  test.for([
    ['read', jobOf('project-1'), { job: null }, null],
    ['wait for', '{ job(id: "project-1", waitForSeconds: 60) { id } }', { job: null }, null],
    ['read as a node', '{ node(id: "project-1") { id } }', { node: null }, null],
    ['read among nodes', '{ nodes(ids: ["project-1", "project-1"]) { id } }', { nodes: [null, null] }, null],
    ['delete', 'mutation { deleteJob(id: "project-1") { job { id } } }', { deleteJob: null }, 'NOT_FOUND'],
  ] as const)(
    'lets no tenant %s the job of another, and asks Magic Hour nothing for it',
    async ([, query, data, code], { magicHour }) => {
      await using app = await startGatewayApp(magicHour)
      await ask(app, remove, bearer(shopKey))
      magicHour.set('project-1', 'complete')
      expect(await ask(app, query, bearer(studioKey))).toEqual({ data, code })
      expect(magicHour.requests.map(({ path }) => path)).toEqual([create])
    },
  )

  test('does not look for a job it does not know: the account is shared by all tenants', async ({ magicHour }) => {
    await using app = await startGatewayApp(magicHour)
    magicHour.set('elsewhere-1', 'rendering')
    expect(await ask(app, jobOf('elsewhere-1'), bearer(shopKey))).toEqual({ data: { job: null }, code: null })
    expect(magicHour.count('GET', projects)).toBe(0)
  })

  test('keeps the idempotency keys of its tenants apart', async ({ magicHour }) => {
    await using app = await startGatewayApp(magicHour)
    const query = remove.replace(' })', ' }, idempotencyKey: "order-7")')
    const answers = [await ask(app, query, bearer(shopKey)), await ask(app, query, bearer(studioKey))]
    expect(answers.map(({ data }) => data)).toEqual([
      { removeBackground: { id: 'project-1' } },
      { removeBackground: { id: 'project-2' } },
    ])
  })
})

describe('a server with a key of its own that anybody may use', () => {
  const settings = { MAGIC_HOUR_API_KEY: serverKey, ALLOW_ANONYMOUS: 'true' }

  test('pays for a caller without a key', async ({ magicHour }) => {
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, ...settings })
    expect(await ask(app, remove)).toEqual({ data: { removeBackground: { id: 'project-1' } }, code: null })
    expect(keysSeenBy(magicHour)).toEqual([`Bearer ${serverKey}`])
  })

  test('lets a caller with a Magic Hour key pay with it', async ({ magicHour }) => {
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, ...settings })
    await ask(app, remove, bearer('mhk_live_alice'))
    expect(keysSeenBy(magicHour)).toEqual(['Bearer mhk_live_alice'])
  })

  test('shows a job of a caller without a key to nobody who has one', async ({ magicHour }) => {
    await using app = await startGatewayApp(magicHour, settings)
    await ask(app, remove)
    expect((await ask(app, jobOf('project-1'))).data).toEqual({ job: { id: 'project-1', status: 'QUEUED' } })
    expect((await ask(app, jobOf('project-1'), bearer(shopKey))).data).toEqual({ job: null })
  })

  test('refuses a wrong key rather than to take its bearer for nobody', async ({ magicHour }) => {
    await using app = await startGatewayApp(magicHour, settings)
    expect((await ask(app, account, bearer('key-of-nobody-000001'))).code).toBe('UNAUTHENTICATED')
    expect((await ask(app, account, { authorization: 'Basic bWhrOg==' })).code).toBe('UNAUTHENTICATED')
    expect(magicHour.requests).toEqual([])
  })
})

describe('the sandbox', () => {
  test('asks for no key', async () => {
    await using app = await startApp()
    expect((await ask(app, remove)).code).toBeNull()
  })

  test('asks for the gateway keys where there are some, as production would', async () => {
    await using app = await startApp({ GATEWAY_KEYS: `shop:${shopKey}` })
    expect((await ask(app, remove)).code).toBe('UNAUTHENTICATED')
    expect((await ask(app, remove, bearer(shopKey))).code).toBeNull()
  })
})
