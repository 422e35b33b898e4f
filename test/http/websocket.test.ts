import { fastify } from 'fastify'
import { describe, expect, vi } from 'vitest'
import { registerWebSocket } from '../../src/http/websocket.ts'
import { test } from '../support/app-test.ts'
import { startApp } from '../support/app.ts'
import { untilClosed } from '../support/connection.ts'
import { holdNextCreate } from '../support/held-create.ts'
import { openRawSocket, openReadySocket } from '../support/raw-socket.ts'
import { silentOperations } from '../support/silent-operations.ts'
import { render } from '../support/subscribe.ts'

const alice = 'Bearer mhk_test_alice'
const bob = 'Bearer mhk_test_bob'
const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const account = '{ account { credits } }'
const watch = 'subscription { jobUpdated(id: "job-1") { status } }'
const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } })

describe('a caller shows their key', () => {
  test.for([
    ['in the header of the upgrade', {}, { authorization: alice }],
    ['as connectionParams.authorization', { authorization: alice }, {}],
    ['as connectionParams.Authorization', { Authorization: alice }, {}],
    ['as a parameter, which is taken before the header', { authorization: alice }, { authorization: bob }],
  ] as const)('%s', async ([, params, headers], { app, magicHour }) => {
    using socket = await openReadySocket(app.url, params, { headers })
    socket.send(subscribe('1', account))
    expect(await socket.received('next')).toMatchObject({ payload: { data: { account: { credits: 95 } } } })
    expect(magicHour.requests.map(({ headers }) => headers.authorization)).toEqual([alice])
  })

  test('as text; anything else closes the socket with 4403', async ({ app }) => {
    using socket = await openRawSocket(app.url)
    socket.send({ type: 'connection_init', payload: { authorization: [alice] } })
    expect(await socket.closed).toBe(4403)
  })
})

describe('a page', () => {
  const upgrade = async (environment: Record<string, string>, origin?: string): Promise<string> => {
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: 'http://127.0.0.1:9', ...environment })
    const opened = await openRawSocket(app.url, { origin: origin ?? app.url }).catch(String)
    if (typeof opened === 'string') return opened
    opened[Symbol.dispose]()
    return 'open'
  }
  const foreign = 'https://evil.example'
  const refused = 'Error: Unexpected server response: 403'

  test('of this server may connect', async () => {
    expect(await upgrade({})).toBe('open')
  })

  test('of another origin may not', async () => {
    expect(await upgrade({}, foreign)).toBe(refused)
    expect(await upgrade({}, 'null')).toBe(refused)
  })

  test('of another origin may, when CORS_ORIGINS names it or is a star', async () => {
    expect(await upgrade({ CORS_ORIGINS: foreign }, foreign)).toBe('open')
    expect(await upgrade({ CORS_ORIGINS: '*' }, foreign)).toBe('open')
    expect(await upgrade({ CORS_ORIGINS: 'https://other.example' }, foreign)).toBe(refused)
  })

  test('of the public address may, whatever a proxy calls this server', async () => {
    expect(await upgrade({ PUBLIC_URL: 'https://api.example/' }, 'https://api.example')).toBe('open')
  })
})

describe('a socket is closed', () => {
  test('with 4406 when it speaks another protocol, or names none', async ({ app }) => {
    using none = await openRawSocket(app.url, { protocol: '' })
    expect(await none.closed).toBe(4406)
    await expect(openRawSocket(app.url, { protocol: 'graphql-ws' })).rejects.toThrow('Server sent no subprotocol')
  })

  test.for([
    [4401, 'that sends an operation before it began', [subscribe('1', account)]],
    [4429, 'that begins twice', [{ type: 'connection_init' }, { type: 'connection_init' }]],
    [4400, 'whose message is no JSON', ['{']],
    [4400, 'whose message is for clients', [{ type: 'connection_ack' }]],
    [1009, 'whose message is larger than 64 KiB', ['x'.repeat(65_537)]],
  ] as const)('with %i when it is one %s', async ([code, , messages], { app }) => {
    using socket = await openRawSocket(app.url)
    for (const message of messages) socket.send(message)
    expect(await socket.closed).toBe(code)
  })

  test('with 4409 when two of its operations bear one id', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'rendering')
    using socket = await openReadySocket(app.url, { authorization: alice })
    socket.send(subscribe('1', watch))
    socket.send(subscribe('1', watch))
    expect(await socket.closed).toBe(4409)
  })

  test('with 4408 when it does not begin', async () => {
    await using server = await startSilentServer({ initTimeoutMs: 20 })
    using socket = await openRawSocket(server.url)
    expect(await socket.closed).toBe(4408)
  })

  test('when its client does not answer pings, and not before', async () => {
    await using server = await startSilentServer({ keepAliveMs: 20 })
    using alive = await openReadySocket(server.url)
    using dead = await openReadySocket(server.url, {}, { autoPong: false })
    expect(await dead.closed).toBe(1006)
    alive.send({ type: 'ping' })
    await alive.received('pong')
  })
})

describe('one socket', () => {
  test('carries 100 operations at a time; one more is RATE_LIMITED, until another has ended', async ({
    app,
    magicHour,
  }) => {
    render(magicHour, 'job-1', 'rendering')
    using socket = await openReadySocket(app.url, { authorization: alice })
    for (let id = 0; id < 100; id += 1) socket.send(subscribe(`watch-${id}`, watch))
    socket.send(subscribe('too-many', account))
    expect(await socket.received('error')).toMatchObject({
      id: 'too-many',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryable: true, charged: 'NO' } }],
    })
    socket.send({ id: 'watch-7', type: 'complete' })
    await vi.waitFor(() => expect(app.log.join('')).toContain('"operation":"subscription"'))
    socket.send(subscribe('again', account))
    expect(await socket.received('next', 'again')).toMatchObject({ payload: { data: { account: { credits: 95 } } } })
  })

  test('ends a query that waits as soon as its client completes it', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'rendering')
    using socket = await openReadySocket(app.url, { authorization: alice })
    socket.send(subscribe('1', 'query Wait { job(id: "job-1", waitForSeconds: 60) { status } }'))
    await magicHour.received(1)
    socket.send({ id: '1', type: 'complete' })
    await vi.waitFor(() => expect(app.log.join('')).toContain('"operationName":"Wait"'))
  })

  test('whose client does not read is not read from either, until it does', async ({ app, magicHour }) => {
    using socket = await openReadySocket(app.url, { authorization: alice })
    socket.socket.pause()
    // Each is sent back: more than the buffers of both sides hold.
    const payload = { text: 'x'.repeat(60_000) }
    for (let count = 0; count < 1_000; count += 1) socket.send({ type: 'ping', payload })
    socket.send(subscribe('after', account))
    for (let turn = 0; turn < 100; turn += 1) await app.ask('{ __typename }')
    expect(socket.socket.bufferedAmount).toBeGreaterThan(1_000_000)
    expect(magicHour.requests).toEqual([])
    socket.socket.resume()
    expect(await socket.received('next', 'after')).toMatchObject({ payload: { data: { account: { credits: 95 } } } })
  })
})

describe('a server that is asked to stop', () => {
  test('closes idle sockets and subscriptions with 1001', async ({ app, magicHour }) => {
    render(magicHour, 'job-1', 'rendering')
    using idle = await openReadySocket(app.url)
    using watching = await openReadySocket(app.url, { authorization: alice })
    watching.send(subscribe('1', watch))
    await watching.received('next')
    await app.stop()
    expect([await idle.closed, await watching.closed]).toEqual([1001, 1001])
  })

  test('refuses new operations on a socket on which one is under way, and then closes it with 1001', async ({
    app,
    magicHour,
  }) => {
    const release = holdNextCreate(magicHour)
    using socket = await openReadySocket(app.url, { authorization: alice })
    socket.send(subscribe('1', remove))
    await magicHour.received(1)
    const stopped = app.stop()
    await untilClosed(app.url)
    socket.send(subscribe('2', account))
    expect(await socket.received('error')).toMatchObject({
      id: '2',
      payload: [{ extensions: { code: 'SHUTTING_DOWN', retryable: true, charged: 'NO' } }],
    })
    release()
    await socket.received('complete', '1')
    expect(await socket.closed).toBe(1001)
    await stopped
  })
})

/** A server with nothing but the WebSocket, and with short times. */
const startSilentServer = async (times: { keepAliveMs?: number; initTimeoutMs?: number }) => {
  const app = fastify()
  const wsHandler = await registerWebSocket(app, { operations: silentOperations, origins: [], ...times })
  app.route({ method: 'GET', url: '/graphql', handler: () => null, wsHandler })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, [Symbol.asyncDispose]: () => app.close() }
}
