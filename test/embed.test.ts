import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig, startGateway } from '../src/index.ts'
import { ask, startApp } from './support/app.ts'
import { startStubMagicHour } from './support/stub-magic-hour.ts'
import { json } from './support/stub-server.ts'

const key = { authorization: 'Bearer mhk_test_alice' }
const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id status } }'

/** Somebody's own Apollo Server, with our schema in it. */
const startOwnServer = async (environment: Record<string, string>) => {
  const log: string[] = []
  const logger = pino({ base: null }, { write: (line: string) => void log.push(line) })
  const gateway = await startGateway(loadConfig({ DATA_DIR: 'memory:', ...environment }), {
    logger,
    medianRenderMs: 40,
  })
  const server = new ApolloServer(gateway.serverOptions)
  onTestFinished(async () => {
    await server.stop()
    await gateway.stop()
  })
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: async ({ req }) =>
      gateway.createContext({
        authorization: req.headers.authorization,
        requestId: 'their-request',
        signal: new AbortController().signal,
      }),
  })
  return {
    log,
    ask: (query: string, headers: Record<string, string> = {}) =>
      ask(url.replace(/\/$/, ''), { query, variables: {} }, headers),
  }
}

describe('an Apollo Server of somebody else that embeds the gateway', () => {
  test('makes jobs and reads them', async () => {
    await using magicHour = await startStubMagicHour()
    const own = await startOwnServer({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
    expect((await own.ask(remove, key)).data).toEqual({ removeBackground: { id: 'project-1', status: 'QUEUED' } })
    magicHour.set('project-1', 'rendering')
    const read = async (): Promise<unknown> => (await own.ask('{ job(id: "project-1") { status } }', key)).data
    await expect.poll(read, { interval: 5 }).toEqual({ job: { status: 'RENDERING' } })
  })

  test('hands out no links that only our own server would answer', async () => {
    await using magicHour = await startStubMagicHour()
    const own = await startOwnServer({ MAGIC_HOUR_BASE_URL: magicHour.url.href, PUBLIC_URL: 'https://api.example' })
    await own.ask(remove, key)
    const downloads = [{ url: 'https://s.example/r.png', expires_at: '2999-01-01T00:00:00Z' }]
    magicHour.set('project-1', 'complete', { downloads })
    const query = '{ job(id: "project-1", waitForSeconds: 20) { downloads { url permanentUrl } } }'
    expect((await own.ask(query, key)).data).toEqual({
      job: { downloads: [{ url: 'https://s.example/r.png', permanentUrl: null }] },
    })
  })

  test('relays no uploads, and says so', async () => {
    await using magicHour = await startStubMagicHour()
    const own = await startOwnServer({ MAGIC_HOUR_BASE_URL: magicHour.url.href, PUBLIC_URL: 'https://api.example' })
    const uploads = 'mutation { createUploads(files: [{ extension: "png", sizeBytes: 1 }], via: RELAY) { uploadUrl } }'
    const { errors } = await own.ask(uploads, key)
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'via' })
    expect(magicHour.requests).toEqual([])
  })

  test('answers errors with our codes', async () => {
    await using magicHour = await startStubMagicHour()
    const own = await startOwnServer({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
    magicHour.failNextCreate(json(402, { message: 'Not enough credits.' }))
    const answers = await Promise.all([own.ask(remove, key), own.ask(remove), own.ask('{ nothing }'), own.ask('{')])
    expect(answers.map(({ errors }) => errors[0]?.extensions)).toMatchObject([
      { code: 'INSUFFICIENT_CREDITS', retryable: false, charged: 'NO', upstream: { status: 402 } },
      { code: 'UNAUTHENTICATED' },
      { code: 'GRAPHQL_VALIDATION_FAILED' },
      { code: 'GRAPHQL_PARSE_FAILED' },
    ])
  })

  test('has our limits, and our log under its own request ids', async () => {
    await using magicHour = await startStubMagicHour()
    const own = await startOwnServer({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
    const aliases = Array.from({ length: 40 }, (_, index) => `a${index}: account { id }`).join(' ')
    const { errors } = await own.ask(`query Greedy { ${aliases} }`, key)
    expect(errors[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(own.log).toHaveLength(1)
    expect(own.log[0]).toContain('"requestId":"their-request"')
    expect(magicHour.requests).toEqual([])
  })

  test('says that the sandbox answers, where it does', async () => {
    const own = await startOwnServer({})
    expect(await own.ask('{ account { credits } }')).toMatchObject({ errors: [], extensions: { sandbox: true } })
  })
})

test('two servers in one process share nothing', async () => {
  await using magicHour = await startStubMagicHour()
  const environment = {
    MAGIC_HOUR_BASE_URL: magicHour.url.href,
    MAGIC_HOUR_API_KEY: 'mhk_test_server',
    ALLOW_ANONYMOUS: 'true',
  }
  await using one = await startApp(environment)
  await using two = await startApp(environment)
  expect(one.url).not.toBe(two.url)
  await one.ask(remove)
  const [known, unknown] = await Promise.all([one, two].map((app) => app.ask('{ job(id: "project-1") { id } }')))
  expect([known?.data, unknown?.data]).toEqual([{ job: { id: 'project-1' } }, { job: null }])
  await one.stop()
  expect((await two.ask(remove)).data).toEqual({ removeBackground: { id: 'project-2', status: 'QUEUED' } })
})
