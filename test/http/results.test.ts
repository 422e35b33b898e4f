import { request } from 'undici'
import { describe, expect } from 'vitest'
import { test as base } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { startStubMagicHour } from '../support/stub-magic-hour.ts'
import { json, startStub } from '../support/stub-server.ts'
import { transports } from '../support/subscribe.ts'

const link = "https://s.example/r.png?X-Sig=d0w41oad%2fb'c|d&x=1"
const farFuture = '2999-01-01T00:00:00.000Z'
const shop = { authorization: 'Bearer key-of-the-shop-0001' }
const studio = { authorization: 'Bearer key-of-the-studio-01' }
const alice = { authorization: 'Bearer mhk_test_alice' }
const bob = { authorization: 'Bearer mhk_test_bob' }
const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const permanent = '{ job(id: "project-1", waitForSeconds: 20) { downloads { permanentUrl } } }'

const serverSettings = {
  MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
  GATEWAY_KEYS: 'shop:key-of-the-shop-0001,studio:key-of-the-studio-01',
}

/** A server that pays with its own key, for two tenants. */
const test = base.extend<{ server: TestApp }>({
  server: async ({ magicHour }, use) => {
    await using server = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, ...serverSettings })
    await use(server)
  },
})

const get = async (url: string, headers: Record<string, string> = {}) => {
  const { statusCode: status, headers: answered, body } = await request(url, { headers })
  return { status, location: answered['location'], headers: answered, text: await body.text() }
}
/** Makes a job, has Magic Hour say that it is complete, and asks for its permanent link. */
const permanentUrl = async (app: TestApp, headers: Record<string, string>, tell: () => void): Promise<string> => {
  await app.ask(remove, {}, headers)
  tell()
  const { data } = await app.ask(permanent, {}, headers)
  return /"permanentUrl":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? ''
}
const downloads = (url = link, expires_at = farFuture) => ({ downloads: [{ url, expires_at }] })

describe('a permanent link', () => {
  test('leads to the result, byte for byte, without a key, and is kept by nobody', async ({ server, magicHour }) => {
    const url = await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
    expect(url).toMatch(/\/results\/project-1\/0\?signature=[0-9a-f]{32}$/)
    const answer = await get(url)
    expect([answer.status, answer.location]).toEqual([302, link])
    expect(answer.headers).toMatchObject({ 'cache-control': 'private, no-store', 'referrer-policy': 'no-referrer' })
  })

  test('leads to a fresh link when the known one is about to die', async ({ server, magicHour }) => {
    const soon = new Date(Date.now() + 60_000).toISOString()
    const url = await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads(link, soon)))
    magicHour.set('project-1', 'complete', downloads('https://s.example/fresh.png?sig=2'))
    expect((await get(url)).location).toBe('https://s.example/fresh.png?sig=2')
    const asked = magicHour.count('GET', '/v1/image-projects/')
    expect((await get(url)).location).toBe('https://s.example/fresh.png?sig=2')
    expect(magicHour.count('GET', '/v1/image-projects/')).toBe(asked)
  })

  test('says when to come again, where the known link is dead and Magic Hour cannot be asked', async () => {
    let isThrottled = false
    await using busy = await startStub((response, request) => {
      if (isThrottled) return json(429, { message: 'Too many' }, { 'retry-after': '3600' })(response, request)
      const links = downloads(link, new Date(Date.now() + 2_000).toISOString())
      return json(200, { id: 'project-1', status: 'complete', credits_charged: 5, ...links })(response, request)
    })
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: busy.url.href, ...serverSettings })
    const url = await permanentUrl(app, shop, () => undefined)
    isThrottled = true
    expect((await get(url)).location).toBe(link)
    await expect.poll(async () => (await get(url)).status, { timeout: 10_000 }).toBe(503)
    expect((await get(url)).headers).toMatchObject({ 'cache-control': 'private, no-store', 'retry-after': '3600' })
  })

  test('stands neither in the log with its signature, nor where it leads', async ({ server, magicHour }) => {
    const url = await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
    await get(url)
    await get(url.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')))
    await server.stop()
    const log = server.log.join('')
    expect(log).toContain('/results/project-1/0')
    expect(
      ['signature=', new URL(url).searchParams.get('signature') ?? '', 'd0w41oad'].filter((text) => log.includes(text)),
    ).toEqual([])
  })

  test.for([
    ['of a changed signature', (url: string) => url.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
    ['of a short signature', (url: string) => url.slice(0, -1)],
    ['of an empty signature', (url: string) => url.replace(/=.*/, '=')],
    ['of an upper-case signature', (url: string) => url.replace(/=.*/, (text) => text.toUpperCase())],
    ['of another job', (url: string) => url.replace('project-1', 'project-2')],
    ['of an id that is none', (url: string) => url.replace('project-1', '..%2fproject-1')],
  ] as const)('%s is told nothing but that there is none', async ([, change], { server, magicHour }) => {
    const url = await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
    await server.ask(remove, {}, studio)
    const answer = await get(change(url))
    expect(answer.status).toBe(404)
    expect(answer.text).toBe((await get(`${server.url}/results/unknown/0?signature=${'0'.repeat(32)}`)).text)
  })

  test.for(['1', '-1', '00x', '0.5', 'a', '9999'])(
    'to the result %s, which there is not, is none',
    async (n, { server, magicHour }) => {
      const url = await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
      expect((await get(url.replace('/0?', `/${n}?`))).status).toBe(404)
    },
  )

  test('to a result that was deleted is none', async ({ server, magicHour }) => {
    const url = await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
    await server.ask('mutation { deleteJob(id: "project-1") { job { deleted } } }', {}, shop)
    expect((await get(url)).status).toBe(404)
  })
})

describe('the address that a permanent link begins with', () => {
  const query = '{ job(id: "project-1") { downloads { permanentUrl } } }'
  const linkIn = (answer: unknown): string => /"permanentUrl":"?([^"}]+)/.exec(JSON.stringify(answer))?.[1] ?? ''

  test('is the name by which the client has reached the server, over HTTP', async ({ server, magicHour }) => {
    await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
    for (const host of ['localhost:4000', 'IMAGES.example', '[::1]:4000', '10.0.0.7'])
      expect(linkIn(await server.ask(query, {}, { ...shop, host }))).toMatch(`http://${host.toLowerCase()}/results/`)
  })

  test.each(transports)('is the name by which the client has reached the server, %s', async (_name, open) => {
    await using magicHour = await startStubMagicHour()
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
    magicHour.set('project-1', 'complete', downloads())
    using client = open(app.url.replace('127.0.0.1', 'localhost'), alice.authorization)
    const first = await client
      .iterate('subscription { jobUpdated(id: "project-1") { downloads { permanentUrl } } }')
      .next()
    expect(linkIn(first)).toBe(`${app.url.replace('127.0.0.1', 'localhost')}/results/project-1/0`)
  })

  test('is none where the name is no host alone', async ({ server, magicHour }) => {
    await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
    for (const host of ['user@elsewhere.example', 'elsewhere.example/path', 'elsewhere.example?', 'a\\b'])
      expect(linkIn(await server.ask(query, {}, { ...shop, host }))).toBe('null')
  })

  test('is PUBLIC_URL where it is set, whatever the client says', async ({ magicHour }) => {
    await using app = await startApp({
      MAGIC_HOUR_BASE_URL: magicHour.url.href,
      PUBLIC_URL: 'https://images.example/api/',
    })
    magicHour.set('project-1', 'complete', downloads())
    const answer = await app.ask(query, {}, { ...alice, host: 'elsewhere.example' })
    expect(linkIn(answer)).toBe('https://images.example/api/results/project-1/0')
  })
})

describe('a result without a signature', () => {
  test('is for its owner, by their key', async ({ server, magicHour }) => {
    const url = await permanentUrl(server, shop, () => magicHour.set('project-1', 'complete', downloads()))
    const bare = url.replace(/\?.*/, '')
    expect((await get(bare, shop)).location).toBe(link)
    expect((await get(bare, studio)).status).toBe(404)
    expect((await get(bare)).status).toBe(401)
    expect((await get(`${bare}?signature=a&signature=b`)).status).toBe(401)
    expect((await get(bare, { authorization: 'Bearer wrong-key-0000000001' })).status).toBe(401)
  })

  test('of an unfinished job is none', async ({ server, magicHour }) => {
    await server.ask(remove, {}, shop)
    magicHour.set('project-1', 'rendering')
    expect((await get(`${server.url}/results/project-1/0`, shop)).status).toBe(404)
  })

  test('of an id that can be nobody’s is none', async ({ server }) => {
    expect((await get(`${server.url}/results/..%2f..%2fv1%2faccount/0`, shop)).status).toBe(404)
    expect((await get(`${server.url}/results/%20/0`, shop)).status).toBe(404)
  })

  test('is all there is where each caller brings a key: the link needs it', async ({ app, magicHour }) => {
    magicHour.hideProjectsFrom(bob.authorization)
    const url = await permanentUrl(app, alice, () => magicHour.set('project-1', 'complete', downloads()))
    expect(url).toBe(`${app.url}/results/project-1/0`)
    expect((await get(url, alice)).location).toBe(link)
    expect((await get(url, bob)).status).toBe(404)
    expect((await get(url)).status).toBe(401)
  })
})
