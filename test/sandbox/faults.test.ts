import { expect, test, vi } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { faults } from '../../src/sandbox/faults.ts'
import { Caller, aPhoto, anyString, createManualClock, startSandbox } from './support.ts'

const jobPrice = 5

/** Sends a create with a magic name to a sandbox that started with 100 credits, and counts what it cost. */
const strike = async (name: string) => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ credits: 100, renderMs: 60_000, clock }))
  const response = await caller.post(name)
  const text = await response.text()
  return { response, text, json: (): unknown => JSON.parse(text), cost: 100 - (await caller.credits()) }
}

test.each([
  ['400', 400, { code: 'invalid_request', message: anyString }],
  ['401', 401, { code: 'unauthorized', message: 'Unauthorized' }],
  ['402', 402, { code: 'insufficient_credits', message: anyString }],
  ['402-subscription-required', 402, { code: 'subscription_required', message: anyString }],
  ['402-plan-upgrade-required', 402, { code: 'plan_upgrade_required', message: anyString }],
  ['403', 403, { message: 'Forbidden' }],
  ['404', 404, { code: 'not_found', message: 'Not Found' }],
  ['422', 422, { code: 'unprocessable_entity', message: anyString }],
  ['500', 500, { code: 'internal_server_error', message: anyString }],
])('sandbox:%s refuses with %i and charges nothing', async (name, status, body) => {
  const { response, json, cost } = await strike(`sandbox:${name}`)
  expect(response.status).toBe(status)
  expect(json()).toEqual(body)
  expect(response.headers.get('retry-after')).toBeNull()
  expect(cost).toBe(0)
})

test.each([
  ['429', 429, null],
  ['429-retry-after', 429, '1'],
  ['429-retry-after-date', 429, 'Sat, 01 Aug 2026 12:00:02 GMT'],
  ['503', 503, null],
  ['503-retry-after', 503, '1'],
  ['503-retry-after-date', 503, 'Sat, 01 Aug 2026 12:00:02 GMT'],
])('sandbox:%s refuses with %i, Retry-After %s and a message without a code', async (name, status, retryAfter) => {
  const { response, json, cost } = await strike(`sandbox:${name}`)
  expect(response.status).toBe(status)
  expect(response.headers.get('retry-after')).toBe(retryAfter)
  expect(json()).toEqual({ message: anyString })
  expect(cost).toBe(0)
})

test.each([502, 504])('sandbox:%i answers the page of a proxy and charges nothing', async (status) => {
  const { response, text, cost } = await strike(`sandbox:${status}`)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toMatch('text/html')
  expect(text).toContain('<html>')
  expect(cost).toBe(0)
})

const once = [...faults.keys()].filter((name) => name.endsWith('-once'))

test('what may be sent again can be had for the first request alone', () => {
  expect(once.toSorted()).toEqual([
    '429-once',
    '429-retry-after-date-once',
    '429-retry-after-once',
    '502-once',
    '503-retry-after-date-once',
    '503-retry-after-once',
  ])
})

test.each(once)('sandbox:%s fails the first time, passes the second and fails the third', async (name) => {
  const caller = new Caller(await startSandbox())
  const statuses: number[] = []
  for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await caller.post(`sandbox:${name}`)).status)
  const status = Number(name.slice(0, 3))
  expect(statuses).toEqual([status, 200, status])
})

test('a -once name is counted for each account and each text behind it', async () => {
  const sandbox = await startSandbox()
  const [one, other] = [new Caller(sandbox, 'one'), new Caller(sandbox, 'other')]
  const statuses = [
    (await one.post('sandbox:429-once a')).status,
    (await one.post('sandbox:429-once b')).status,
    (await other.post('sandbox:429-once a')).status,
    (await one.post('sandbox:429-once a')).status,
  ]
  expect(statuses).toEqual([429, 429, 429, 200])
})

test.each([
  ['500-made', 500, /internal_server_error/],
  ['503-made', 503, /message/],
  ['504-made', 504, /<html>/],
  ['html', 200, /<html>/],
  ['empty', 200, /^$/],
  ['odd', 200, /^\{"id":"c[a-z0-9]{24}","credits_charged":"5","status":/],
])('sandbox:%s makes and charges the job, then answers %i with %s', async (name, status, body) => {
  const { response, text, cost } = await strike(`sandbox:${name}`)
  expect(response.status).toBe(status)
  expect(text).toMatch(body)
  expect(cost).toBe(jobPrice)
})

test('sandbox:huge makes and charges the job, then answers 32 MiB of JSON', async () => {
  const { text, json, cost } = await strike('sandbox:huge')
  expect(text.length).toBeGreaterThan(32 * 1024 * 1024)
  expect(json()).toMatchObject({ id: anyString, credits_charged: jobPrice })
  expect(cost).toBe(jobPrice)
})

test('sandbox:truncated makes and charges the job, then ends the connection in the middle of the body', async () => {
  const caller = new Caller(await startSandbox({ credits: 100, renderMs: 60_000 }))
  const response = await caller.post('sandbox:truncated')
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow('terminated')
  expect(await caller.credits()).toBe(100 - jobPrice)
})

test.each([
  ['reset', jobPrice],
  ['reset-before', 0],
])('sandbox:%s resets the connection, with %i credits charged', async (name, cost) => {
  const lines: unknown[] = []
  const onRequest: Parameters<typeof startSandbox>[0] = {
    onRequest: ({ method, status }) => lines.push([method, status]),
  }
  const caller = new Caller(await startSandbox({ credits: 100, renderMs: 60_000, ...onRequest }))
  await expect(caller.post(`sandbox:${name}`)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  expect(lines).toEqual([['POST', 0]])
  expect(await caller.credits()).toBe(100 - cost)
})

test.each([
  ['hang', jobPrice],
  ['hang-before', 0],
])('sandbox:%s never answers, with %i credits charged, until the sandbox stops', async (name, cost) => {
  const lines: number[] = []
  const sandbox = await startSandbox({ credits: 100, renderMs: 60_000, onRequest: ({ status }) => lines.push(status) })
  const caller = new Caller(sandbox)
  const hung = caller.post(`sandbox:${name}`).then(
    () => 'answered',
    () => 'closed',
  )
  await vi.waitFor(() => expect(lines).toEqual([0]))
  expect(await caller.credits()).toBe(100 - cost)
  await sandbox.stop()
  expect(await hung).toBe('closed')
})

test('a job whose answer was lost is rendered all the same', async () => {
  const lines: string[] = []
  const sandbox = await startSandbox({ onRequest: ({ path }) => lines.push(path) })
  const caller = new Caller(sandbox)
  const path = await caller.upload(await aPhoto())
  const response = await caller.post('sandbox:odd', path)
  const { id } = Object.assign({ id: '' }, await response.json())
  expect((await caller.final(id)).status).toBe('complete')
})

const renderErrors = [...faults.keys()].filter((name) => name.startsWith('error-'))

test('each error code that Magic Hour is known to give can be had', () => {
  expect(renderErrors.map((name) => name.slice('error-'.length)).toSorted()).toEqual([
    'content_policy_violation',
    'file_too_large',
    'insufficient_credits',
    'invalid_file_format',
    'invalid_parameters',
    'no_source_face',
    'processing_timeout',
    'unknown_error',
  ])
})

test.each(renderErrors)('sandbox:%s ends the render in that error and gives the credits back', async (name) => {
  const caller = new Caller(await startSandbox({ credits: 100 }))
  const project = await caller.final(await caller.create('https://example.invalid/a.png', { name: `sandbox:${name}` }))
  expect(project).toMatchObject({
    status: 'error',
    credits_charged: 0,
    error: { code: name.slice('error-'.length), message: anyString },
  })
  expect(await caller.credits()).toBe(100)
})

test('sandbox:canceled ends the render as if somebody had canceled it, and keeps the credits', async () => {
  const caller = new Caller(await startSandbox({ credits: 100 }))
  const project = await caller.final(await caller.create('https://example.invalid/a.png', { name: 'sandbox:canceled' }))
  expect(project).toMatchObject({ status: 'canceled', credits_charged: 5, error: null, downloads: [] })
})

test('sandbox:slow renders for a minute', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock }))
  const id = await caller.create(await caller.upload(await aPhoto()), { name: 'sandbox:slow' })
  clock.advance(59_999)
  expect((await caller.project(id)).status).toBe('rendering')
  clock.advance(1)
  expect((await caller.final(id)).status).toBe('complete')
})

test('sandbox:short-links hands out links that end after 10 seconds', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock }))
  const id = await caller.create(await caller.upload(await aPhoto()), { name: 'sandbox:short-links' })
  const { downloads } = await caller.final(id)
  expect(downloads[0]?.expires_at).toBe('2026-08-01T12:00:10.000Z')
  clock.advance(10_000)
  expect((await fetch(downloads[0]?.url ?? '')).status).toBe(403)
  expect((await fetch((await caller.project(id)).downloads[0]?.url ?? '')).status).toBe(200)
})

test('text behind a magic name, after a space, is the caller’s own', async () => {
  const caller = new Caller(await startSandbox())
  expect((await caller.post('sandbox:422 my third try')).status).toBe(422)
})

test.each(['sandbox:', 'sandbox:no-such', 'sandbox:toString', 'sandbox:422x'])(
  'the name %j is refused with the list of known ones',
  async (name) => {
    const caller = new Caller(await startSandbox())
    const response = await caller.post(name)
    expect(response.status).toBe(422)
    const { message } = Object.assign({ message: '' }, await response.json())
    for (const known of faults.keys()) expect(message).toContain(`sandbox:${known}`)
  },
)

test.each(['sandboxes', 'Sandbox:422', 'my sandbox:422'])('the name %j is a name like any other', async (name) => {
  const caller = new Caller(await startSandbox())
  expect((await caller.post(name)).status).toBe(200)
})

test('a fault does not excuse an input that is refused', async () => {
  const sandbox: Sandbox = await startSandbox()
  expect((await new Caller(sandbox).post('sandbox:slow', 'https://example.com/a.gif')).status).toBe(422)
})
