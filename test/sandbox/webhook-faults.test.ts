import { expect, test } from 'vitest'
import { faults } from '../../src/sandbox/faults.ts'
import { json } from '../support/stub-server.ts'
import { Caller, aPhoto, createManualClock, matching } from './support.ts'
import { accept, asEvent, isGenuine, makeJob, startReceiver, startSandboxFor } from './webhook-receiver.ts'

/** For jobs without render time that tell of their start all the same. */
const neverQuick = { quickRenderMs: 0 }
const namesOf = (place: string): string[] => [...faults].filter(([, { at }]) => at === place).map(([name]) => name)

/** The events of a job with a magic name that has no render time. */
const strike = async (name: string, count: number) => {
  const receiver = await startReceiver()
  const id = await makeJob(new Caller(await startSandboxFor(receiver, {}, neverQuick)), `sandbox:${name}`)
  return { id, events: await receiver.events(count) }
}

test('each way in which events can go wrong can be had', () => {
  expect(namesOf('webhook').toSorted()).toEqual([
    'webhook-bare',
    'webhook-disorder',
    'webhook-early',
    'webhook-foreign',
    'webhook-forged',
    'webhook-late',
    'webhook-lost',
    'webhook-stale',
    'webhook-twice',
  ])
})

test.each(namesOf('answer'))('the job of sandbox:%s tells of its end, although its answer goes wrong', async (name) => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver))
  const path = await caller.upload(await aPhoto())
  const givingUp = new AbortController()
  const answer = caller.post(`sandbox:${name}`, path, givingUp.signal).then((response) => response.text())
  const over = answer.catch(() => 'broken off')
  expect(await receiver.events(1)).toMatchObject([
    { type: 'image.completed', isGenuine: true, payload: { name: `sandbox:${name}`, status: 'complete' } },
  ])
  givingUp.abort()
  await over
})

test('a create that makes no job tells of none', async () => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver))
  await caller.post('sandbox:500')
  const id = await makeJob(caller)
  expect(await receiver.events(1)).toMatchObject([{ payload: { id } }])
})

test('sandbox:webhook-twice delivers each event twice', async () => {
  const { id, events } = await strike('webhook-twice', 4)
  expect(events.map(({ type, payload, isGenuine }) => [type, payload.id, isGenuine])).toEqual([
    ['image.started', id, true],
    ['image.started', id, true],
    ['image.completed', id, true],
    ['image.completed', id, true],
  ])
})

test.each([
  ['a long job', 0],
  ['a quick job', 1_000],
])('sandbox:webhook-disorder delivers the start of %s after its end', async (_which, quickRenderMs) => {
  const receiver = await startReceiver()
  const id = await makeJob(
    new Caller(await startSandboxFor(receiver, {}, { quickRenderMs })),
    'sandbox:webhook-disorder',
  )
  expect(await receiver.events(2)).toMatchObject([
    { type: 'image.completed', payload: { id, status: 'complete' } },
    { type: 'image.started', payload: { id, status: 'rendering', credits_charged: 5, downloads: [] } },
  ])
})

test('sandbox:webhook-lost delivers nothing', async () => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver))
  await caller.final(await makeJob(caller, 'sandbox:webhook-lost'))
  const id = await makeJob(caller)
  expect(await receiver.events(1)).toMatchObject([{ payload: { id } }])
})

test('sandbox:webhook-late delivers an event late, with a signature of then', async () => {
  const receiver = await startReceiver()
  const caller = new Caller(await startSandboxFor(receiver, {}, { webhookLateMs: 1_500 }))
  const startedAtMs = Date.now()
  await caller.final(await makeJob(caller, 'sandbox:webhook-late'))
  const [event] = await receiver.events(1)
  // A timer may be a little early, and timestamps are whole seconds.
  expect(Date.now() - startedAtMs).toBeGreaterThan(1_450)
  expect(event).toMatchObject({ type: 'image.completed', isGenuine: true, payload: { status: 'complete' } })
  expect(event?.timestamp).toBeGreaterThan(startedAtMs / 1000)
})

test('sandbox:webhook-stale signs rightly, with a time 10 minutes past, each time anew', async () => {
  const clock = createManualClock()
  const receiver = await startReceiver(json(500, {}))
  await makeJob(new Caller(await startSandboxFor(receiver, { clock })), 'sandbox:webhook-stale')
  const timestamp = Date.parse('2026-08-01T11:50:00Z') / 1000
  expect((await receiver.events(2)).slice(0, 2)).toMatchObject([
    { isGenuine: true, timestamp },
    { isGenuine: true, timestamp },
  ])
})

test('sandbox:webhook-forged claims first that the job failed, with a wrong signature and only once', async () => {
  const receiver = await startReceiver((response, request) =>
    isGenuine(request) ? accept(response, request) : json(401, {})(response, request),
  )
  const caller = new Caller(await startSandboxFor(receiver))
  const id = await makeJob(caller, 'sandbox:webhook-forged')
  await receiver.received(2)
  const next = await makeJob(caller)
  expect(await receiver.events(3)).toMatchObject([
    { type: 'image.errored', isGenuine: false, payload: { id, status: 'error', downloads: [] } },
    { type: 'image.completed', isGenuine: true, payload: { id, status: 'complete' } },
    { type: 'image.completed', isGenuine: true, payload: { id: next } },
  ])
})

/** In which order events and the create's answer came. */
const strikeEarly = async (renderMs: number, content: Buffer) => {
  const order: string[] = []
  const receiver = await startReceiver((response, request) => {
    order.push(asEvent(request).type)
    accept(response, request)
  })
  const caller = new Caller(await startSandboxFor(receiver, { renderMs }))
  const response = await caller.post('sandbox:webhook-early', await caller.upload(content))
  order.push('answer')
  const answer = Object.assign({ id: '' }, await response.json())
  return { order, answer, status: (await caller.project(answer.id)).status }
}

test('sandbox:webhook-early delivers all events of a job without render time before its create is answered', async () => {
  const { order } = await strikeEarly(0, await aPhoto())
  expect(order).toEqual(['image.started', 'image.completed', 'answer'])
})

test('sandbox:webhook-early answers what was charged, although the job has failed before', async () => {
  const { order, answer } = await strikeEarly(0, Buffer.from('no picture'))
  expect(order).toEqual(['image.started', 'image.errored', 'answer'])
  expect(answer).toMatchObject({ credits_charged: 5 })
})

test('sandbox:webhook-early delivers the start of a long job before its create is answered', async () => {
  const { order, status } = await strikeEarly(60_000, await aPhoto())
  expect(order).toEqual(['image.started', 'answer'])
  expect(status).toBe('rendering')
})

test('sandbox:webhook-foreign delivers an event of another tool as well', async () => {
  const { id, events } = await strike('webhook-foreign', 3)
  expect(events).toMatchObject([
    { type: 'image.started', payload: { id } },
    { type: 'image.completed', isGenuine: true, payload: { type: 'FACE_SWAP', name: matching(/^Face Swap - /) } },
    { type: 'image.completed', isGenuine: true, payload: { type: 'BACKGROUND_REMOVER', id } },
  ])
  expect(events[1]?.payload.id).not.toBe(id)
})

test('sandbox:webhook-bare leaves out all but id, name and status', async () => {
  const { id, events } = await strike('webhook-bare', 2)
  const name = 'sandbox:webhook-bare'
  expect(events.map(({ payload }) => payload)).toEqual([
    { id, name, status: 'rendering' },
    { id, name, status: 'complete' },
  ])
})
