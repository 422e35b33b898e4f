import { text } from 'node:stream/consumers'
import { fastify } from 'fastify'
import { describe, expect } from 'vitest'
import { request } from 'undici'
import { registerSse } from '../../src/http/sse.ts'
import { test } from '../support/app-test.ts'
import { openConnection, untilClosed } from '../support/connection.ts'
import { holdNextCreate } from '../support/held-create.ts'
import { silentOperations } from '../support/silent-operations.ts'
import { render } from '../support/subscribe.ts'

const authorization = 'Bearer mhk_test_alice'
const account = '{ account { credits } }'
const watch = 'subscription { jobUpdated(id: "job-1") { status } }'
const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const stream = { accept: 'text/event-stream', authorization }
const accountEvents = ':\n\nevent: next\ndata: {"data":{"account":{"credits":95}}}\n\nevent: complete\ndata:\n\n'

const post = (url: string, query: string, headers: Record<string, string> = {}) =>
  request(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...stream, ...headers },
    body: JSON.stringify({ query }),
  })

const get = (url: string, parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  request(`${url}/graphql/stream?${String(new URLSearchParams(parameters))}`, { headers: { ...stream, ...headers } })

describe('a stream of events', () => {
  test('is what GET and POST answer, as the protocol writes it', async ({ app }) => {
    for (const response of [await get(app.url, { query: account }), await post(app.url, account)]) {
      expect(response.statusCode).toBe(200)
      expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
      expect(await response.body.text()).toBe(accountEvents)
    }
  })

  test('takes its variables and the name of its operation from the address too', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'complete')
    const query = `query A { __typename } query B($id: ID!) { job(id: $id) { id } }`
    const { body } = await get(app.url, { query, operationName: 'B', variables: '{"id":"job-1"}' })
    expect(await body.text()).toContain('data: {"data":{"job":{"id":"job-1"}}}')
  })

  test('is kept, changed and collected by no proxy, and has the headers of every answer', async ({ app }) => {
    const { headers, body } = await get(app.url, { query: account }, { origin: 'https://studio.apollographql.com' })
    await body.dump()
    expect(headers).toMatchObject({
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      'access-control-allow-origin': 'https://studio.apollographql.com',
    })
    expect(headers['x-request-id']).toMatch(/^[\w-]+$/)
  })

  test('cannot be read by a page of an origin that CORS does not allow', async ({ app }) => {
    const { headers, body } = await get(app.url, { query: account }, { origin: 'https://evil.example' })
    await body.dump()
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('tells of an error in the document as an event', async ({ app }) => {
    const { statusCode, body } = await post(app.url, '{ nothing }')
    expect(statusCode).toBe(200)
    expect(await body.text()).toMatch(
      /^event: next\ndata: .*"GRAPHQL_VALIDATION_FAILED".*\n\nevent: complete\ndata:\n\n$/,
    )
  })

  test('logs its operation under the id of the request', async ({ app }) => {
    const { body } = await post(app.url, account, { 'x-request-id': 'trace-7' })
    await body.dump()
    expect(app.log.filter((line) => line.includes('"requestId":"trace-7"') && line.includes('"query"'))).toHaveLength(1)
  })

  test('has a comment now and then, so that the line is kept', async () => {
    const server = fastify()
    registerSse(server, { operations: silentOperations, keepAliveMs: 5 })
    const connection = openConnection(await server.listen({ host: '127.0.0.1', port: 0 }))
    connection.send('GET /graphql/stream?query={a} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n')
    expect(await connection.received(/(:\n\n[^]*){4}/)).not.toContain('event:')
    connection.disconnect()
    await server.close()
  })
})

describe('a request for a stream is refused', () => {
  test('with 405 for a mutation by GET, which is not run', async ({ app, magicHour }) => {
    const { statusCode, headers, body } = await get(app.url, { query: remove })
    expect([statusCode, headers['allow']]).toEqual([405, 'POST'])
    expect(await body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', charged: 'NO' } }] })
    expect(magicHour.requests).toEqual([])
  })

  test.for([
    [415, 'whose body is plain text, as any page may send', { 'content-type': 'text/plain' }],
    [415, 'whose body is a form, as any page may send', { 'content-type': 'application/x-www-form-urlencoded' }],
    [406, 'that takes no events', { accept: 'application/json' }],
    [400, 'in single connection mode', { 'x-graphql-event-stream-token': 'token-1' }],
  ] as const)('with %i for one %s', async ([status, , headers], { app, magicHour }) => {
    const { statusCode, body } = await post(app.url, remove, headers)
    expect(await body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
    expect([statusCode, magicHour.requests]).toEqual([status, []])
  })

  test.for([
    ['no query', {}, 'query: '],
    ['variables that are no JSON', { query: account, variables: '{' }, 'variables: '],
    ['variables that are no object', { query: account, variables: '[]' }, 'variables: '],
    ['the token of the single connection mode', { query: account, token: 'a' }, 'There is no single connection mode'],
  ] as const)('with 400 for one with %s', async ([, parameters, words], { app }) => {
    const { statusCode, body } = await get(app.url, parameters)
    expect(statusCode).toBe(400)
    expect(await body.text()).toContain(`{"errors":[{"message":"${words}`)
  })

  test('with 405 when it would make a reservation for the single connection mode', async ({ app }) => {
    const { statusCode, headers, body } = await request(`${app.url}/graphql/stream`, { method: 'PUT' })
    expect([statusCode, headers['allow']]).toEqual([405, 'GET, POST'])
    expect(await body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
  })
})

describe('a server that is asked to stop', () => {
  test('ends a subscription without completing it', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'rendering')
    const { body } = await post(app.url, watch)
    const events = text(body)
    await magicHour.received(1)
    await app.stop()
    expect(await events).toMatch(/^:\n\n(event: next\ndata: .*RENDERING.*\n\n)?$/)
  })

  test('refuses a stream that comes too late with 503', async ({ app, magicHour }) => {
    const release = holdNextCreate(magicHour)
    const connection = openConnection(app.url)
    const late = `GET /graphql/stream?query={account{id}} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`
    connection.send(`GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n${late.slice(0, 30)}`)
    await connection.received(/"ok"/)
    const stopped = app.stop()
    await untilClosed(app.url)
    connection.send(late.slice(30))
    expect(await connection.closed).toMatch(/ 503 [^]*"code":"SHUTTING_DOWN"/)
    release()
    await stopped
  })
})
