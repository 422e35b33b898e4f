import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import { startApp } from '../support/app.ts'
import { graphQLRequest, openConnection, untilClosed } from '../support/connection.ts'
import { holdNextCreate } from '../support/held-create.ts'
import { startStub } from '../support/stub-server.ts'

const key = { authorization: 'Bearer mhk_test_alice' }
const remove = (more = '') =>
  `mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" } ${more}) { id status } }`

describe('a server that is asked to stop', () => {
  test('answers a mutation under way, and has stopped only then', async ({ app, magicHour }) => {
    const release = holdNextCreate(magicHour)
    const order: string[] = []
    const answer = app.ask(remove(), {}, key)
    await magicHour.received(1)
    const stopped = app.stop().then(() => order.push('stopped'))
    await untilClosed(app.url)
    order.push('Magic Hour answers')
    release()
    expect((await answer).data).toEqual({ removeBackground: { id: 'held-1', status: 'QUEUED' } })
    await stopped
    expect(order).toEqual(['Magic Hour answers', 'stopped'])
  })

  // With the connection kept alive, it would have stopped only when the grace was over.
  test('ends the connections of clients that would like to keep them', async ({ app, magicHour }) => {
    const release = holdNextCreate(magicHour)
    const connection = openConnection(app.url)
    connection.send(graphQLRequest(remove(), key))
    await magicHour.received(1)
    const stopped = app.stop()
    await untilClosed(app.url)
    release()
    expect(await connection.closed).toMatch(/^connection: close\r$/im)
    await stopped
    expect(app.log.join('')).not.toContain('the grace is over')
  })

  test('lets those who wait for a job go early, with the job as it is', async ({ app, magicHour }) => {
    const answer = app.ask(remove('waitForSeconds: 60'), {}, key)
    await magicHour.received(1)
    // The first lookup is done, so that the wait has surely begun.
    await magicHour.received(2)
    await app.stop()
    expect((await answer).data).toEqual({ removeBackground: { id: 'project-1', status: 'QUEUED' } })
  })

  test('tells a client whose request comes too late, and sends nothing for it', async ({ app, magicHour }) => {
    const connection = openConnection(app.url)
    // Half a request is a connection that is not idle, and so one that is not closed.
    const request = graphQLRequest(remove(), key)
    connection.send(`GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n${request.slice(0, 40)}`)
    await connection.received(/"ok"/)
    const stopped = app.stop()
    await untilClosed(app.url)
    connection.send(request.slice(40))
    expect(await connection.closed).toContain('"extensions":{"code":"SHUTTING_DOWN","retryable":true,"charged":"NO"}')
    await stopped
    expect(magicHour.requests).toEqual([])
  })

  test('is not ready any more', async ({ app }) => {
    const connection = openConnection(app.url)
    connection.send('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /readyz HTTP/1.1\r\nHost: localhost\r\n')
    await connection.received(/"ok"/)
    const stopped = app.stop()
    await untilClosed(app.url)
    connection.send('\r\n')
    expect(await connection.closed).toMatch(/ 503 [^]*\{"status":"stopping"\}/)
    await stopped
  })

  test('cuts the connections that are left when the grace is over', async () => {
    // Never answers.
    await using magicHour = await startStub(() => undefined)
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, SHUTDOWN_GRACE_MS: '20' })
    const answer = expect(app.ask('{ account { id } }', {}, key)).rejects.toThrow('other side closed')
    await magicHour.received(1)
    await app.stop()
    await answer
    expect(app.log.join('')).toContain('the grace is over')
  })

  test('follows a create to its end even when the client was cut off', async ({ magicHour }) => {
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, SHUTDOWN_GRACE_MS: '20' })
    const release = holdNextCreate(magicHour)
    const order: string[] = []
    const answer = expect(app.ask(remove(), {}, key)).rejects.toThrow('other side closed')
    await magicHour.received(1)
    const stopped = app.stop().then(() => order.push('stopped'))
    await answer
    order.push('Magic Hour answers')
    release()
    await stopped
    expect(order).toEqual(['Magic Hour answers', 'stopped'])
  })

  test('may be asked twice, at once and afterwards', async ({ app }) => {
    expect(await Promise.all([app.stop(), app.stop()])).toEqual([undefined, undefined])
    expect(await app.stop()).toBeUndefined()
  })

  test('frees its port', async ({ app, magicHour }) => {
    const { port } = new URL(app.url)
    await app.stop()
    await using next = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, PORT: port })
    expect(next.url).toBe(app.url)
  })
})

test('a server whose port is taken does not start', async ({ app }) => {
  await expect(startApp({ PORT: new URL(app.url).port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
