import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { createApp, startGateway } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createServer } from '../../src/graphql/server.ts'
import { ask } from '../support/app.ts'
import { type StubMagicHour, startStubMagicHour } from '../support/stub-magic-hour.ts'
import { json } from '../support/stub-server.ts'
import { type StubStudio, startStubStudio } from '../support/stub-studio.ts'

const graph = { APOLLO_KEY: 'service:images:0123456789', APOLLO_GRAPH_REF: 'images@test' }
const key = { authorization: 'Bearer mhk_5ec4e7_of_alice' }
const remove = `mutation CutOut($assets: RemoveBackgroundAssetsInput!, $name: String) {
  removeBackground(assets: $assets, name: $name, idempotencyKey: "5ec4e7-in-the-document") { id status downloads { url } }
}`
const assets = { imageFilePath: 'https://example.com/a.png?signature=5ec4e7' }

const startLog = () => {
  const lines: string[] = []
  return { lines, logger: pino({ base: null }, { write: (line: string) => void lines.push(line) }) }
}

const settings = (magicHour: StubMagicHour, more: Record<string, string> = {}) =>
  loadConfig({ PORT: '0', DATA_DIR: 'memory:', MAGIC_HOUR_BASE_URL: magicHour.url.href, ...graph, ...more })

/** Starts an app that reports to this stand-in. */
const startReporting = async (magicHour: StubMagicHour, studio: StubStudio, more: Record<string, string> = {}) => {
  const { lines, logger } = startLog()
  const app = createApp(settings(magicHour, more), { logger, medianRenderMs: 40, studioOrigin: studio.origin })
  await app.start()
  return {
    log: lines,
    ask: (query: string, variables: Record<string, unknown> = {}, headers: Record<string, string> = key) =>
      ask(app.url, { query, variables }, headers),
    stop: () => app.stop(),
    [Symbol.asyncDispose]: () => app.stop(),
  }
}

describe('a server with a graph at Apollo Studio', () => {
  test('has reported what was asked by the time it has stopped', async () => {
    await using magicHour = await startStubMagicHour()
    await using studio = await startStubStudio()
    await using app = await startReporting(magicHour, studio)
    await app.ask(remove, { assets }, { ...key, 'apollographql-client-name': 'the-shop' })
    await app.stop()
    expect(studio.reports).toMatchObject([{ path: '/api/ingress/traces', apiKey: graph.APOLLO_KEY }])
    const report = String(studio.reports[0]?.body)
    for (const text of [graph.APOLLO_GRAPH_REF, 'CutOut', 'removeBackground', 'the-shop'])
      expect(report).toContain(text)
  })

  test('reports no key, no value, no link and no text of an error', async () => {
    await using magicHour = await startStubMagicHour()
    await using studio = await startStubStudio()
    await using app = await startReporting(magicHour, studio)
    const downloads = [{ url: 'https://s.example/r.png?sig=5ec4e7', expires_at: '2999-01-01T00:00:00Z' }]
    magicHour.set('project-9', 'complete', { downloads })
    const answers = [
      await app.ask('query Read { job(id: "project-9") { downloads { url } } }'),
      await app.ask('query Reread($id: ID!) { job(id: $id) { downloads { url } } }', { id: 'project-9' }),
      await app.ask('query Wrong($first: Int) { jobs(first: $first) { nodes { id } } }', { first: '5ec4e7' }),
      await app.ask('query Invalid { job(id: "5ec4e7", key: "5ec4e7") { id } }'),
      await app.ask('query Unparsed { job(id: "5ec4e7") { '),
    ]
    magicHour.failNextCreate(json(402, { message: 'No credits for 5ec4e7.' }))
    answers.push(await app.ask(remove, { assets, name: '5ec4e7' }, { ...key, 'x-secret': '5ec4e7' }))
    // Otherwise there would be nothing to keep quiet about.
    expect(answers.map((answer) => JSON.stringify(answer).includes('5ec4e7'))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
    ])
    await app.stop()
    const reported = studio.reports.map(({ body }) => String(body)).join('\n')
    for (const name of ['Read', 'Reread', 'CutOut']) expect(reported).toContain(name)
    expect(reported).not.toContain('5ec4e7')
  })

  test('tries a report twice that Studio cannot take, says so in its log, and stops', async () => {
    await using magicHour = await startStubMagicHour()
    await using studio = await startStubStudio(503)
    await using app = await startReporting(magicHour, studio)
    await app.ask('query Account { account { credits } }')
    await app.stop()
    expect(studio.reports).toHaveLength(2)
    const told = app.log.filter((line) => line.includes('"level":50'))
    expect(told).toEqual([expect.stringContaining('Error sending report to Apollo servers')])
    expect(told.join('')).not.toContain(graph.APOLLO_KEY)
  })

  test('reports its schema as well where it is told to', async () => {
    await using magicHour = await startStubMagicHour()
    await using studio = await startStubStudio()
    await using _app = await startReporting(magicHour, studio, { APOLLO_SCHEMA_REPORTING: 'true' })
    await expect.poll(() => studio.reports.length).toBe(2)
    expect(studio.reports).toMatchObject([
      { path: '/api/graphql', apiKey: graph.APOLLO_KEY },
      { path: '/api/graphql', apiKey: graph.APOLLO_KEY },
    ])
    const [first, second] = studio.reports.map(({ body }) => String(body))
    expect(first).toContain(`"graphRef":"${graph.APOLLO_GRAPH_REF}"`)
    expect(second).toContain('type BackgroundRemovalJob')
  })

  test('reports as well when it is embedded in somebody else’s Apollo Server', async () => {
    await using magicHour = await startStubMagicHour()
    await using studio = await startStubStudio()
    const { logger } = startLog()
    const gateway = await startGateway(settings(magicHour), { logger, studioOrigin: studio.origin })
    const server = new ApolloServer(gateway.serverOptions)
    const { url } = await startStandaloneServer(server, {
      listen: { port: 0, host: '127.0.0.1' },
      context: async ({ req: { headers } }) =>
        gateway.createContext({
          authorization: headers.authorization,
          requestId: 'theirs',
          signal: new AbortController().signal,
        }),
    })
    await ask(url.replace(/\/$/, ''), { query: 'query Embedded { account { credits } }', variables: {} }, key)
    await server.stop()
    await gateway.stop()
    expect(studio.reports).toMatchObject([{ apiKey: graph.APOLLO_KEY }])
    expect(String(studio.reports[0]?.body)).toContain('Embedded')
  })
})

describe('what Apollo Server would read from the environment by itself', () => {
  const fromEnvironment = async (
    variables: Record<string, string>,
    studio: Parameters<typeof createServer>[0]['studio'],
  ) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    try {
      const { lines, logger } = startLog()
      const server = createServer({ log: logger, isSandbox: false, hasLandingPage: false, studio: studio ?? null })
      await server.start()
      await server.stop()
      return lines
    } finally {
      vi.unstubAllEnvs()
    }
  }

  test('switches no report on', async () => {
    expect(await fromEnvironment({ ...graph, APOLLO_SCHEMA_REPORTING: 'true' }, null)).toEqual([])
  })

  test('is no other name for the graph', async () => {
    const studio = { key: graph.APOLLO_KEY, graphRef: graph.APOLLO_GRAPH_REF, reportsSchema: false }
    const lines = await fromEnvironment({ APOLLO_GRAPH_ID: 'other', APOLLO_GRAPH_VARIANT: 'other' }, studio)
    expect(lines).toEqual([expect.stringContaining('/graph/images@test/')])
  })
})
