import { describe, expect } from 'vitest'
import { createHttpServer } from '../../src/http/server.ts'
import { test } from '../support/app-test.ts'
import { graphQLRequest, openConnection } from '../support/connection.ts'

const anyKey = { authorization: 'Bearer mhk_test_alice' }
const refused = { errors: [{ extensions: { code: 'BAD_REQUEST', retryable: false, charged: 'NO' } }] }

const post = (url: string, body: string, contentType = 'application/json'): Promise<Response> =>
  fetch(`${url}/graphql`, { method: 'POST', headers: { ...anyKey, 'content-type': contentType }, body })

describe('a request that is no GraphQL request is refused with a permanent code, and nothing is sent upstream', () => {
  test.for([
    ['a body of more than 256 KiB', 413, 'application/json', JSON.stringify({ query: '#'.repeat(262_144) })],
    ['a body that is no JSON', 400, 'application/json', '{"query": "{ account { id }'],
    ['an empty body', 400, 'application/json', ''],
    ['a body that is no object', 400, 'application/json', '"{ account { id } }"'],
    ['a body without a query', 400, 'application/json', '{"operationName": "Account"}'],
    [
      'a body that would change the prototype of objects',
      400,
      'application/json',
      '{"__proto__": {"query": "{ id }"}}',
    ],
    ['a subscription', 400, 'application/json', '{"query": "subscription { jobUpdated(id: \\"p\\") { id } }"}'],
    ['several operations in one request', 400, 'application/json', '[{"query": "{ account { id } }"}]'],
    ['another content type', 415, 'application/xml', '<query/>'],
    ['a content type that cannot be read', 415, 'nonsense', '{"query": "{ account { id } }"}'],
  ] as const)('%s', async ([, status, contentType, body], { app, magicHour }) => {
    const response = await post(app.url, body, contentType)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject(refused)
    expect(magicHour.requests).toEqual([])
  })

  test('a persisted query whose hash does not fit', async ({ app, magicHour }) => {
    const persistedQuery = { version: 1, sha256Hash: '0'.repeat(64) }
    const body = JSON.stringify({ query: '{ account { id } }', extensions: { persistedQuery } })
    const response = await post(app.url, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject(refused)
    expect(magicHour.requests).toEqual([])
  })

  test('a Host header that no URL can hold', async ({ app, magicHour }) => {
    const connection = openConnection(app.url)
    connection.send(graphQLRequest('{ account { id } }', { Host: 'a b/[c', Connection: 'close' }))
    const answer = await connection.closed
    expect(answer).toContain('HTTP/1.1 400 ')
    expect(answer).toContain('"code":"BAD_REQUEST"')
    expect(magicHour.requests).toEqual([])
  })

  test('a path that cannot be decoded', async ({ app }) => {
    const connection = openConnection(app.url)
    connection.send('GET /% HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    const answer = await connection.closed
    expect(answer).toContain('HTTP/1.1 400 ')
    expect(answer).toContain('"code":"BAD_REQUEST"')
  })
})

describe('a refused request', () => {
  test('is no fault of the server: its log holds no error', async ({ app }) => {
    await post(app.url, '{')
    await post(app.url, '{"query": "{"}')
    await post(app.url, JSON.stringify({ query: `{ ${'a: __typename '.repeat(1_000)} }` }))
    await app.stop()
    expect(app.log.length).toBeGreaterThan(0)
    expect(app.log.filter((line) => !line.includes('"level":30'))).toEqual([])
  })

  test('leaves the server fit for the next one', async ({ app }) => {
    await post(app.url, '{')
    expect((await app.ask('{ __typename }')).data).toEqual({ __typename: 'Query' })
  })

  test('says nothing of the code that refused it', async ({ app }) => {
    const answers = await Promise.all(
      ['{', '{"query": "{"}', '{"query": "{ nothing }"}'].map((body) => post(app.url, body)),
    )
    for (const answer of answers) expect(await answer.text()).not.toMatch(/stack|node_modules|\.ts:|at .*\(/)
  })
})

describe('a client that takes too long to send its request', () => {
  const log = { info: () => undefined, error: () => undefined }
  const options = { log, corsOrigins: [], isSandbox: false }
  const half = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"`

  test('is not waited for, whatever it asks for', async () => {
    const app = await createHttpServer({ ...options, requestTimeoutMs: 50 })
    app.post('/graphql', () => 'never')
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    for (const path of ['/graphql', '/uploads', '/nowhere', '/%']) {
      const connection = openConnection(url)
      connection.send(half(path))
      const answer = await connection.closed
      expect([path, answer.slice(0, 12)]).toEqual([path, path === '/%' ? 'HTTP/1.1 400' : 'HTTP/1.1 408'])
      expect(answer).toContain('"code":"BAD_REQUEST"')
    }
    await app.close()
  })

  test('still gets the answer to the request before it', async () => {
    const app = await createHttpServer({ ...options, requestTimeoutMs: 50 })
    const answered = Promise.withResolvers<string>()
    app.post('/paid', () => answered.promise)
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const connection = openConnection(url)
    const whole = half('/paid').replace('Content-Length: 9', 'Content-Length: 2').replace('{"a"', '{}')
    connection.send(`${whole}${half('/graphql')}`)
    // Two of these are over only when the bound of the request behind is over, too.
    for (const path of ['/nowhere', '/nowhere']) {
      const other = openConnection(url)
      other.send(half(path))
      await other.closed
    }
    answered.resolve('job-1')
    const answer = await connection.closed
    expect(answer).toMatch(/^HTTP\/1\.1 200[\s\S]*job-1[\s\S]*HTTP\/1\.1 408/)
    await app.close()
  })

  test('has half a minute, for the headers as for the rest', async () => {
    const { server } = await createHttpServer(options)
    expect(server.headersTimeout).toBe(30_000)
  })

  test('and has sent it in time is answered, however long the answer takes', async () => {
    const app = await createHttpServer({ ...options, requestTimeoutMs: 20 })
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    app.get('/slow', () => held.then(() => 'here it is'))
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const answer = fetch(`${url}/slow`)
    // By then the first one's time is over.
    const late = openConnection(url)
    late.send(half('/nowhere'))
    await late.closed
    release()
    expect(await (await answer).text()).toBe('here it is')
    await app.close()
  })
})

test('an unknown path is answered with an error that GraphQL clients can read, and the strict policy', async ({
  app,
}) => {
  const response = await fetch(`${app.url}/nowhere`, { method: 'POST', body: '{' })
  expect(response.status).toBe(404)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await response.json()).toEqual({
    errors: [{ message: 'There is nothing here.', extensions: { code: 'NOT_FOUND', retryable: false, charged: 'NO' } }],
  })
})
