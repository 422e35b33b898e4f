import { describe, expect, test } from 'vitest'
import { DomainError } from '../../src/domain/errors.ts'
import { Secret } from '../../src/domain/secret.ts'
import { aClient, startClient } from '../support/client.ts'
import { type Respond, inTurn, json, startStub } from '../support/stub-server.ts'

const apiKey = new Secret('mhk_test_resend')
const request = { imageFilePath: 'https://example.com/a.png', backgroundImageFilePath: null, name: 'Mug' }
const created = json(200, { id: 'project-1', credits_charged: 5 })
const reset: Respond = (response) => response.destroy()
const html: Respond = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hello</h1>')
const empty: Respond = (response) => response.writeHead(200).end()

/** A row: what the server answers first; what the caller then gets; and how many POSTs that takes. */
interface Row {
  readonly outcome: string
  readonly first: Respond
  readonly posts: number
  readonly code: string | null
}

const resent: Row[] = [
  { outcome: '429', first: json(429, { message: 'Slow down' }), posts: 2, code: null },
  { outcome: '429 with Retry-After', first: json(429, {}, { 'retry-after': '7' }), posts: 2, code: null },
  { outcome: '502', first: json(502, {}), posts: 2, code: null },
  { outcome: '503 with Retry-After', first: json(503, {}, { 'retry-after': '7' }), posts: 2, code: null },
]
const refused: Row[] = [
  { outcome: '400', first: json(400, { code: 'invalid_request', message: 'No' }), posts: 1, code: 'UNPROCESSABLE' },
  { outcome: '401', first: json(401, { message: 'Unauthorized' }), posts: 1, code: 'UNAUTHENTICATED' },
  { outcome: '402', first: json(402, { message: 'Payment required' }), posts: 1, code: 'INSUFFICIENT_CREDITS' },
  {
    outcome: '402 for the plan',
    first: json(402, { code: 'plan_upgrade_required', message: 'Upgrade' }),
    posts: 1,
    code: 'PLAN_UPGRADE_REQUIRED',
  },
  { outcome: '403', first: json(403, {}), posts: 1, code: 'FORBIDDEN' },
  { outcome: '404', first: json(404, { message: 'Not Found' }), posts: 1, code: 'UNPROCESSABLE' },
  { outcome: '422', first: json(422, { message: 'Unable to create image' }), posts: 1, code: 'UNPROCESSABLE' },
]
const unknown: Row[] = [
  { outcome: '500', first: json(500, {}), posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: '503 without Retry-After', first: json(503, {}), posts: 1, code: 'SUBMISSION_UNKNOWN' },
  {
    outcome: '503 with a Retry-After that cannot be read',
    first: json(503, {}, { 'retry-after': 'soon' }),
    posts: 1,
    code: 'SUBMISSION_UNKNOWN',
  },
  { outcome: '504', first: json(504, {}), posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: '520', first: html520(), posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: '307', first: json(307, {}, { location: '/elsewhere' }), posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: '408', first: json(408, {}), posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: 'a 200 of HTML', first: html, posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: 'an empty 200', first: empty, posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: 'a 200 without an id', first: json(200, { credits_charged: 5 }), posts: 1, code: 'SUBMISSION_UNKNOWN' },
  { outcome: 'a reset after the request was written', first: reset, posts: 1, code: 'SUBMISSION_UNKNOWN' },
]

function html520(): Respond {
  return (response) => response.writeHead(520, { 'content-type': 'text/html' }).end('<h1>unknown error</h1>')
}

describe('the create', () => {
  test.for([...resent, ...refused, ...unknown])('after $outcome takes $posts POSTs and ends in $code', async (row) => {
    await using setup = await startClient(inTurn(row.first, created))
    const { server, client } = setup
    const code = await client.createImage(apiKey, request).then(() => null, codeOf)
    expect({ posts: server.requests.length, code }).toEqual({ posts: row.posts, code: row.code })
    await client.close()
  })

  test('whose server refuses the connection is tried again, as often as allowed, and is surely uncharged', async () => {
    const gone = await startStub(created)
    await gone[Symbol.asyncDispose]()
    const { client, clock } = aClient(gone.url)
    const code = await client.createImage(apiKey, request).catch(codeOf)
    expect({ code, waits: clock.skipped.length }).toEqual({ code: 'UPSTREAM_UNAVAILABLE', waits: 3 })
  })

  test('whose host does not exist is refused as surely uncharged', async () => {
    const { client } = aClient(new URL('http://no-such-host.invalid'))
    expect(await client.createImage(apiKey, request).catch(codeOf)).toBe('UPSTREAM_UNAVAILABLE')
  })

  test('that gets no answer in time is sent once, and its outcome is unknown', async () => {
    await using setup = await startClient(() => undefined)
    const { server, clock, client } = setup
    const code = client.createImage(apiKey, request).then(() => null, codeOf)
    await server.received(1)
    clock.advance(60_000)
    expect(await code).toBe('SUBMISSION_UNKNOWN')
    expect(server.requests).toHaveLength(1)
  })

  test('that is throttled to the end says how long to wait, and that nothing was charged', async () => {
    await using setup = await startClient(json(429, {}, { 'retry-after': '600' }))
    const { server, client } = setup
    await expect(client.createImage(apiKey, request)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 600,
    })
    expect(server.requests).toHaveLength(1)
  })

  test('is not sent again with less time left than one attempt may take: its answer could be missed', async () => {
    await using setup = await startClient(inTurn(json(429, {}, { 'retry-after': '31' }), created))
    const { server, client } = setup
    await expect(client.createImage(apiKey, request)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 31,
    })
    expect(server.requests).toHaveLength(1)
  })

  test('whose answer lies unread in the socket when its time is over is answered', async () => {
    const answered = Promise.withResolvers<void>()
    await using setup = await startClient((response, incoming) => {
      // Timers come before what is read: as after a stall of the whole process, the time is over and the answer there.
      setTimeout(() => {
        created(response, incoming)
        setup.clock.advance(60_000)
        answered.resolve()
      })
    })
    const image = setup.client.createImage(apiKey, request)
    await answered.promise
    expect(await image).toMatchObject({ id: 'project-1' })
  })

  test('whose outcome is unknown names no time to send it again, whatever the server asks', async () => {
    await using setup = await startClient(json(500, {}, { 'retry-after': '5' }))
    await expect(setup.client.createImage(apiKey, request)).rejects.toMatchObject({
      code: 'SUBMISSION_UNKNOWN',
      retryAfterSeconds: null,
    })
  })

  test('that fails once for each allowed attempt is given up', async () => {
    await using setup = await startClient(json(502, {}))
    const { server, client } = setup
    expect(await client.createImage(apiKey, request).catch(codeOf)).toBe('UPSTREAM_UNAVAILABLE')
    expect(server.requests).toHaveLength(4)
  })

  test('waits as long as Retry-After asks, in seconds', async () => {
    await using setup = await startClient(inTurn(json(429, {}, { 'retry-after': '7' }), created))
    const { clock, client } = setup
    await client.createImage(apiKey, request)
    expect(clock.skipped).toEqual([7_000])
  })

  test('waits as long as Retry-After asks, as a date', async () => {
    const at = 'Thu, 01 Jan 2026 00:00:09 GMT'
    await using setup = await startClient(inTurn(json(503, {}, { 'retry-after': at }), created))
    const { clock, client } = setup
    await client.createImage(apiKey, request)
    expect(clock.skipped).toEqual([9_000])
  })

  test('that the caller gives up before it is sent never leaves', async () => {
    await using setup = await startClient(created)
    const { server, client } = setup
    expect(await client.createImage(apiKey, request, AbortSignal.abort()).catch(codeOf)).toBe('UPSTREAM_UNAVAILABLE')
    expect(server.requests).toHaveLength(0)
  })

  test('that the caller gives up after it left is followed to its answer', async () => {
    const controller = new AbortController()
    const { server, client } = await startClient((response, incoming) => {
      controller.abort()
      created(response, incoming)
    })
    await using _server = server
    expect(await client.createImage(apiKey, request, controller.signal)).toMatchObject({ id: 'project-1' })
  })
})

describe('a call that costs nothing', () => {
  const project = json(200, { id: 'project-1', status: 'queued' })

  test.for([
    { outcome: '429', first: json(429, {}), gets: 2 },
    { outcome: '500', first: json(500, {}), gets: 2 },
    { outcome: '503', first: json(503, {}), gets: 2 },
    { outcome: '504', first: json(504, {}), gets: 2 },
    { outcome: 'a reset', first: reset, gets: 2 },
    { outcome: 'a 200 of HTML', first: html, gets: 2 },
    { outcome: 'an empty 200', first: empty, gets: 2 },
    { outcome: 'an answer about another project', first: json(200, { id: 'project-2', status: 'queued' }), gets: 2 },
  ])('is made again after $outcome', async ({ first, gets }) => {
    await using setup = await startClient(inTurn(first, project))
    const { server, client } = setup
    expect(await client.getImageDetails(apiKey, 'project-1')).toMatchObject({ status: 'QUEUED' })
    expect(server.requests).toHaveLength(gets)
  })

  test.for([400, 401, 402, 403, 422])('is not made again after %i', async (status) => {
    await using setup = await startClient(inTurn(json(status, {}), project))
    const { server, client } = setup
    await expect(client.getImageDetails(apiKey, 'project-1')).rejects.toBeInstanceOf(DomainError)
    expect(server.requests).toHaveLength(1)
  })

  test('ends at once when the caller gives it up', async () => {
    const controller = new AbortController()
    await using setup = await startClient(() => controller.abort())
    const { server, client } = setup
    expect(await client.getImageDetails(apiKey, 'project-1', controller.signal).catch(codeOf)).toBe(
      'UPSTREAM_UNAVAILABLE',
    )
    expect(server.requests).toHaveLength(1)
  })
})

const codeOf = (error: unknown): unknown => (error instanceof DomainError ? error.code : error)
