import { describe, expect, vi } from 'vitest'
import { z } from 'zod'
import { documentLimits } from '../../src/graphql/limits.ts'
import { test } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { untilClosed } from '../support/connection.ts'
import { holdNextCreate } from '../support/held-create.ts'
import { outcomeOf, overEvents, overWebSocket, render, transports } from '../support/subscribe.ts'

const alice = 'Bearer mhk_test_alice'
const bob = 'Bearer mhk_test_bob'
const remove = 'mutation Remove { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const jobUpdated = (id: string): string => `subscription Watch { jobUpdated(id: "${id}") { status } }`
const state = (status: string) => ({ data: { jobUpdated: { status } } })

/** The log's lines about operations. */
const operationsIn = ({ log }: TestApp) =>
  log.map((line) => logLine.parse(JSON.parse(line))).filter(({ msg }) => msg === 'operation')

const logLine = z.looseObject({ msg: z.string().optional(), requestId: z.string().optional() })

describe.each(transports)('a subscription to a job, %s', (_name, open) => {
  test('tells its state by now, then each later one once and in order, and ends with the final one', async ({
    app,
    magicHour,
  }) => {
    render(magicHour, 'job-1', 'queued')
    using client = open(app.url, alice)
    const states = client.iterate(jobUpdated('job-1'))
    for (const [heard, then] of [
      ['QUEUED', 'rendering'],
      ['RENDERING', 'complete'],
    ] as const) {
      expect((await states.next()).value).toEqual(state(heard))
      render(magicHour, 'job-1', then)
    }
    expect(await outcomeOf(states)).toEqual({ results: [state('COMPLETE')], errors: [] })
  })

  test('that is final already tells so and ends', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'error')
    using client = open(app.url, alice)
    expect(await outcomeOf(client.iterate(jobUpdated('job-1')))).toEqual({ results: [state('ERROR')], errors: [] })
  })

  test.for([
    ['without a key', 'UNAUTHENTICATED', undefined, 'job-1'],
    ['that is unknown', 'NOT_FOUND', alice, 'job-9'],
    ['whose id cannot be one', 'BAD_USER_INPUT', alice, 'a/b'],
  ] as const)('%s ends with %s', async ([, code, authorization, id], { app, magicHour }) => {
    render(magicHour, 'job-1', 'queued')
    using client = open(app.url, authorization)
    const { results, errors } = await outcomeOf(client.iterate(jobUpdated(id)))
    expect(results).toEqual([])
    expect(errors).toMatchObject([{ path: ['jobUpdated'], extensions: { code, retryable: false, charged: 'NO' } }])
  })

  test('of somebody else is unknown', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'queued')
    magicHour.hideProjectsFrom(bob)
    await app.ask('{ job(id: "job-1") { id } }', {}, { authorization: alice })
    using client = open(app.url, bob)
    const { errors } = await outcomeOf(client.iterate(jobUpdated('job-1')))
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })

  test('ends at once for a client that goes away, and Magic Hour is asked no more', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'rendering')
    using client = open(app.url, alice)
    await client.iterate(jobUpdated('job-1')).next()
    client[Symbol.dispose]()
    await vi.waitFor(() => expect(operationsIn(app)).toHaveLength(1))
    await expectNoMoreLookUps(app, magicHour)
  })

  test('ends as soon as its first look-up is answered, when the client went before', async ({ app, magicHour }) => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    render(magicHour, 'job-1', 'rendering')
    magicHour.holdProjects(answered)
    using client = open(app.url, alice)
    void client.iterate(jobUpdated('job-1'))
    await magicHour.received(1)
    client[Symbol.dispose]()
    answer()
    await vi.waitFor(() => expect(operationsIn(app)).toHaveLength(1))
    await expectNoMoreLookUps(app, magicHour)
  })
})

/** Another job of the same age is looked up again and again meanwhile. */
const expectNoMoreLookUps = async (
  app: TestApp,
  magicHour: { set: Parameters<typeof render>[0]['set']; count(method: string, path: string): number },
): Promise<void> => {
  const before = magicHour.count('GET', '/v1/image-projects/job-1')
  render(magicHour, 'job-2', 'draft')
  using other = overWebSocket(app.url, bob)
  const states = other.iterate(jobUpdated('job-2'))
  for (const status of ['queued', 'rendering', 'complete']) {
    await states.next()
    render(magicHour, 'job-2', status)
  }
  expect((await outcomeOf(states)).results).toEqual([state('COMPLETE')])
  // One may have been on its way.
  expect(magicHour.count('GET', '/v1/image-projects/job-1')).toBeLessThanOrEqual(before + 1)
}

test('all who follow one job, by whatever way, cost the look-ups of one', async ({ app, magicHour }) => {
  render(magicHour, 'job-1', 'queued')
  using sockets = overWebSocket(app.url, alice)
  using events = overEvents(app.url, alice)
  const all = [sockets, sockets, events, events].map((client) => client.iterate(jobUpdated('job-1')))
  await Promise.all(all.map((states) => states.next()))
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  magicHour.holdProjects(answered)
  const wait = app.ask('{ job(id: "job-1", waitForSeconds: 60) { status } }', {}, { authorization: alice })
  const before = magicHour.count('GET', '/v1/image-projects/')
  await magicHour.received(before + 1)
  // Time enough for more of them: each of these is a look-up that is answered nothing.
  for (const _ of all) await app.ask('{ job(id: "job-1") { status } }', {}, { authorization: alice })
  expect(magicHour.count('GET', '/v1/image-projects/')).toBe(before + 1)
  render(magicHour, 'job-1', 'complete')
  answer()
  const outcomes = await Promise.all(all.map((states) => outcomeOf(states)))
  expect(outcomes).toEqual(all.map(() => ({ results: [state('COMPLETE')], errors: [] })))
  expect((await wait).data).toEqual({ job: { status: 'COMPLETE' } })
})

describe.each(transports)('an operation %s', (_name, open) => {
  test('may be a query or a mutation', async ({ app, magicHour }) => {
    using client = open(app.url, alice)
    expect(await outcomeOf(client.iterate(remove))).toEqual({
      results: [{ data: { removeBackground: { id: 'project-1' } } }],
      errors: [],
    })
    const query = 'query Find($id: ID!) { job(id: $id) { creditsCharged } }'
    expect(await outcomeOf(client.iterate(query, { id: 'project-1' }))).toEqual({
      results: [{ data: { job: { creditsCharged: 5 } } }],
      errors: [],
    })
    expect(magicHour.count('POST', '/v1/image-background-remover')).toBe(1)
  })

  test.for([
    ['an unknown field', '{ nothing }', {}],
    ['no GraphQL', '{ account {', {}],
    ['too many tokens', `{ account { ${'id '.repeat(documentLimits.maxTokens)} } }`, {}],
    ['too many levels', `{ __type(name: "Query") { ${'ofType { '.repeat(8)} name ${'} '.repeat(8)} } }`, {}],
    ['too many aliases', `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: account { id }`).join(' ')} }`, {}],
    ['a variable of the wrong type', 'query ($id: ID!) { job(id: $id) { id } }', { id: [] }],
    ['no variable where one is needed', 'query ($id: ID!) { job(id: $id) { id } }', {}],
    ['no word on which operation to run', 'query A { account { id } } query B { account { id } }', {}],
    ['no operation', 'fragment F on Account { id }', {}],
  ] as const)('with %s is refused as over HTTP', async ([, query, variables], { app, magicHour }) => {
    const { errors } = await app.ask(query, variables, { authorization: alice })
    using client = open(app.url, alice)
    expect(await outcomeOf(client.iterate(query, variables))).toEqual({ results: [], errors })
    expect(errors.length).toBeGreaterThan(0)
    expect(magicHour.requests).toEqual([])
  })

  test('with an error in one of its fields is answered as over HTTP', async ({ app }) => {
    const query = '{ account { id } job(id: "a/b") { id } __typename }'
    const { errors, data } = await app.ask(query)
    using client = open(app.url)
    expect(await outcomeOf(client.iterate(query))).toEqual({ results: [{ errors, data }], errors: [] })
    expect(errors).toHaveLength(2)
  })

  test('is logged by its kind, name and error codes, under an id of its own, and never by what it holds', async ({
    app,
  }) => {
    using client = open(app.url, alice)
    await outcomeOf(client.iterate('query Account { account { id } }'))
    await outcomeOf(client.iterate('query Find($id: ID!) { job(id: $id) { id } }', { id: 'secret/id' }))
    await outcomeOf(client.iterate(jobUpdated('job-9')))
    await outcomeOf(client.iterate('{ secretField }'))
    expect(operationsIn(app)).toMatchObject([
      { operation: 'query', operationName: 'Account' },
      { operation: 'query', operationName: 'Find', errors: ['BAD_USER_INPUT'] },
      { operation: 'subscription', operationName: 'Watch', errors: ['NOT_FOUND'] },
      { operation: null, operationName: null, errors: ['GRAPHQL_VALIDATION_FAILED'] },
    ])
    expect(new Set(operationsIn(app).map(({ requestId }) => requestId)).size).toBe(4)
    expect(app.log.join('')).not.toMatch(/secret|mhk_test/)
  })

  test('says when the sandbox has answered', async () => {
    await using app = await startApp()
    using client = open(app.url)
    const { results } = await outcomeOf(client.iterate('{ account { tier } }'))
    expect(results).toMatchObject([{ data: { account: {} }, extensions: { sandbox: true } }])
  })
})

describe.each(transports)('a server that is asked to stop, %s', (_name, open) => {
  test('answers a mutation under way, before it ends the connection', async ({ app, magicHour }) => {
    const release = holdNextCreate(magicHour)
    using client = open(app.url, alice)
    const answer = outcomeOf(client.iterate(remove))
    await magicHour.received(1)
    const stopped = app.stop()
    await untilClosed(app.url)
    release()
    expect(await answer).toEqual({ results: [{ data: { removeBackground: { id: 'held-1' } } }], errors: [] })
    await stopped
    expect(app.log.join('')).not.toContain('the grace is over')
  })

  test('cuts subscriptions short at once, so that their clients try again elsewhere', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'rendering')
    using client = open(app.url, alice)
    const states = client.iterate(jobUpdated('job-1'))
    await states.next()
    const outcome = expect(outcomeOf(states)).rejects.toBeDefined()
    await app.stop()
    await outcome
    expect(app.log.join('')).not.toContain('the grace is over')
  })

  test('cuts a mutation off when the grace is over, and follows it to its end', async ({ magicHour }) => {
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, SHUTDOWN_GRACE_MS: '20' })
    const release = holdNextCreate(magicHour)
    using client = open(app.url, alice)
    const outcome = expect(outcomeOf(client.iterate(remove))).rejects.toBeDefined() // 1006, or «other side closed»
    await magicHour.received(1)
    const stopped = app.stop()
    await outcome
    release()
    await stopped
    expect(operationsIn(app)).toMatchObject([{ operation: 'mutation', operationName: 'Remove' }])
  })
})
