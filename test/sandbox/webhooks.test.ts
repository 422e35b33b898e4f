import { expect, test, vi } from 'vitest'
import { defaultLimits } from '../../src/sandbox/limits.ts'
import { retryDelaysMs } from '../../src/sandbox/webhook-sender.ts'
import { inTurn, json } from '../support/stub-server.ts'
import { Caller, anyString, createManualClock, matching, startSandbox } from './support.ts'
import { accept, isGenuine, makeJob, secret, startReceiver, startSandboxFor } from './webhook-receiver.ts'

/** Time for a busy machine; what is waited for comes in milliseconds. */
const patience = { timeout: 10_000, interval: 5 }

/** For jobs without render time that tell of their start all the same. */
const neverQuick = { quickRenderMs: 0 }

test('a job tells of its start and its end without being asked', async () => {
  const receiver = await startReceiver()
  const id = await makeJob(new Caller(await startSandboxFor(receiver, { renderMs: 300 }, neverQuick)))
  expect(await receiver.events(2)).toMatchObject([
    { type: 'image.started', payload: { id, status: 'rendering', downloads: [], error: null } },
    { type: 'image.completed', payload: { id, status: 'complete' } },
  ])
})

test('a delivery is a POST of JSON, signed over its time and its raw bytes', async () => {
  const receiver = await startReceiver()
  const clock = createManualClock()
  await makeJob(new Caller(await startSandboxFor(receiver, { clock })), 'Becher ☕')
  await receiver.received(1)
  const [request] = receiver.requests
  expect(request).toMatchObject({
    method: 'POST',
    path: '/hook',
    headers: {
      'content-type': 'application/json',
      'magic-hour-event-signature': matching(/^[0-9a-f]{64}$/),
      'magic-hour-event-timestamp': String(Date.parse('2026-08-01T12:00:00Z') / 1000),
    },
  })
  expect(request?.body).toContain('Becher ☕')
  expect(receiver.requests.map(isGenuine)).toEqual([true])
})

test('a finished job is told as a GET tells it, with its download', async () => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver))
  const id = await makeJob(caller)
  const [event] = await receiver.events(1)
  expect(event?.payload).toEqual(await (await caller.fetch(`/v1/image-projects/${id}`)).json())
  expect(event?.payload).toMatchObject({ downloads: [{ url: anyString, expires_at: anyString }] })
})

test('a failed job is told with its error and its refund', async () => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver))
  const id = await caller.create(await caller.upload(Buffer.from('no picture')))
  expect(await receiver.events(1)).toMatchObject([
    {
      type: 'image.errored',
      payload: { id, status: 'error', credits_charged: 0, downloads: [], error: { code: 'invalid_file_format' } },
    },
  ])
})

test('a quick job tells of its end only', async () => {
  const receiver = await startReceiver()
  await makeJob(new Caller(await startSandboxFor(receiver)))
  expect(await receiver.events(1)).toMatchObject([{ type: 'image.completed' }])
})

test('a canceled job does not tell of its end', async () => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver, {}, neverQuick))
  const canceled = await makeJob(caller, 'sandbox:canceled')
  await caller.final(canceled)
  const next = await makeJob(caller)
  const told = (await receiver.events(3)).map(({ type, payload: { id } }) => [type, id])
  expect(told).toEqual([
    ['image.started', canceled],
    ['image.started', next],
    ['image.completed', next],
  ])
})

test('a job that is looked at late still tells of its start before its end', async () => {
  const receiver = await startReceiver()
  const clock = createManualClock()
  const caller = new Caller(await startSandboxFor(receiver, { clock, renderMs: 60_000 }))
  const id = await makeJob(caller, 'sandbox:error-unknown_error')
  clock.advance(120_000)
  await caller.project(id)
  expect(await receiver.events(2)).toMatchObject([
    { type: 'image.started', payload: { status: 'rendering', credits_charged: 5, error: null } },
    { type: 'image.errored', payload: { status: 'error', credits_charged: 0 } },
  ])
})

test('the jobs of all keys are told to the one address', async () => {
  const receiver = await startReceiver()
  const sandbox = await startSandboxFor(receiver)
  const ids = [await makeJob(new Caller(sandbox, 'one')), await makeJob(new Caller(sandbox, 'other'))]
  const told = (await receiver.events(2)).map(({ payload }) => payload.id)
  expect(told.toSorted()).toEqual(ids.toSorted())
})

test.each([302, 401, 500])(
  'a delivery that is answered %i comes again, with the same body and signed anew',
  async (status) => {
    const clock = createManualClock()
    const refuse = json(status, {}, { location: '/elsewhere' })
    const receiver = await startReceiver(
      inTurn((response, request) => {
        clock.advance(5_000)
        refuse(response, request)
      }, accept),
    )
    await makeJob(new Caller(await startSandboxFor(receiver, { clock })))
    const [first, second] = await receiver.events(2)
    expect(receiver.requests[1]).toMatchObject({ path: '/hook', body: receiver.requests[0]?.body })
    expect([first?.isGenuine, second?.isGenuine]).toEqual([true, true])
    expect((second?.timestamp ?? 0) - (first?.timestamp ?? 0)).toBe(5)
  },
)

test('a delivery that is not answered in time comes again', async () => {
  const receiver = await startReceiver(inTurn(() => {}, accept))
  await makeJob(new Caller(await startSandboxFor(receiver, {}, { webhookAnswerMs: 50 })))
  await receiver.received(2)
  expect(receiver.requests[1]?.body).toBe(receiver.requests[0]?.body)
})

test('a delivery whose connection breaks comes again', async () => {
  const receiver = await startReceiver(inTurn((response) => void response.destroy(), accept))
  await makeJob(new Caller(await startSandboxFor(receiver)))
  await receiver.received(2)
})

test('an event waits for an address that is not known yet', async () => {
  const receiver = await startReceiver()
  const url = vi.fn<() => string | null>(() => receiver.url.href).mockReturnValueOnce(null)
  await makeJob(new Caller(await startSandboxFor(receiver, { webhooks: { url, secret } })))
  await receiver.received(1)
  expect(url).toHaveBeenCalledTimes(2)
})

test('an event that was delivered does not come again', async () => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver))
  const ids: string[] = []
  for (let count = 1; count <= 3; count += 1) {
    ids.push(await makeJob(caller))
    await receiver.received(count)
  }
  expect((await receiver.events(3)).map(({ payload }) => payload.id)).toEqual(ids)
})

test('no more events wait to be sent again than allowed', async () => {
  const receiver = await startReceiver(json(500, {}))
  const caller = new Caller(await startSandboxFor(receiver, {}, { webhooksWaiting: 1 }))
  const waiting = await makeJob(caller)
  await receiver.received(2)
  const givenUp = await makeJob(caller)
  const countOf = async (id: string): Promise<number> =>
    (await receiver.events(1)).filter(({ payload }) => payload.id === id).length
  await vi.waitFor(async () => expect(await countOf(givenUp)).toBe(1), patience)
  const before = await countOf(waiting)
  await vi.waitFor(async () => expect(await countOf(waiting)).toBeGreaterThan(before), patience)
  expect(await countOf(givenUp)).toBe(1)
})

test('the waits between attempts double from a second to an hour, and all of them make a day', () => {
  const delaysMs = [...retryDelaysMs(defaultLimits.webhookRetryMs)]
  const hourMs = 3_600_000
  expect(delaysMs.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000])
  expect(Math.max(...delaysMs)).toBe(hourMs)
  const sumMs = delaysMs.reduce((sum, delayMs) => sum + delayMs, 0)
  expect(sumMs).toBeGreaterThan(23 * hourMs)
  expect(sumMs).toBeLessThanOrEqual(24 * hourMs)
})

test('stopping breaks off a delivery that waits for its answer', async () => {
  const closed = Promise.withResolvers<boolean>()
  const receiver = await startReceiver((response) => response.on('close', () => closed.resolve(response.writableEnded)))
  const sandbox = await startSandboxFor(receiver)
  await makeJob(new Caller(sandbox))
  await receiver.received(1)
  await sandbox.stop()
  expect(await closed.promise).toBe(false)
})

test('after stopping nothing is sent again, and nothing that was due', async () => {
  const receiver = await startReceiver(json(500, {}))
  const sandbox = await startSandboxFor(receiver, { renderMs: 200 }, neverQuick)
  await makeJob(new Caller(sandbox))
  await receiver.received(3)
  await sandbox.stop()
  const sent = receiver.requests.length

  await sandbox.start()
  const next = await makeJob(new Caller(sandbox))
  const later = await vi.waitFor(async () => {
    const events = (await receiver.events(sent)).slice(sent)
    expect(events.map(({ type }) => type)).toContain('image.completed')
    return events
  }, patience)
  expect(new Set(later.map(({ payload }) => payload.id))).toEqual(new Set([next]))
})

test('a sandbox that is stopped while an answer waits for its events stops', async () => {
  const receiver = await startReceiver(() => {})
  const sandbox = await startSandboxFor(receiver)
  const answer = new Caller(sandbox).post('sandbox:webhook-early').then(
    () => 'answered',
    () => 'closed',
  )
  await receiver.received(1)
  await sandbox.stop()
  expect(await answer).toBe('closed')
})

test('a sandbox without an address for events takes the names of their faults', async () => {
  const caller = new Caller(await startSandbox())
  for (const name of ['sandbox:webhook-early', 'sandbox:webhook-late']) {
    expect(await caller.final(await makeJob(caller, name))).toMatchObject({ name, status: 'complete' })
  }
})
