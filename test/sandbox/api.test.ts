import { expect, test } from 'vitest'
import { Caller, aPhoto, anyNumber, createManualClock, download, matching, pixelOf, startSandbox } from './support.ts'

test('an uploaded photo goes from queued over rendering to complete, as time passes', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock, renderMs: 4_000 }))
  const id = await caller.create(await caller.upload(await aPhoto()))

  expect((await caller.project(id)).status).toBe('queued')
  clock.advance(2_000)
  expect(await caller.project(id)).toMatchObject({ status: 'rendering', downloads: [] })
  clock.advance(3_000)
  expect((await caller.final(id)).status).toBe('complete')
})

test('the finished image is a png of the photo’s size, clear around an opaque subject', async () => {
  const caller = new Caller(await startSandbox())
  const { downloads } = await caller.final(await caller.create(await caller.upload(await aPhoto())))
  const image = await download(downloads[0]?.url ?? '')
  expect((await pixelOf(image, 1, 1))[3]).toBe(0)
  expect((await pixelOf(image, 48, 32))[3]).toBe(255)
})

test('with a background image the subject stands on it', async () => {
  const caller = new Caller(await startSandbox())
  const photo = await caller.upload(await aPhoto())
  const background = await caller.upload(await aPhoto({ width: 10, height: 10 }))
  const { downloads } = await caller.final(await caller.create(photo, { background }))
  expect((await pixelOf(await download(downloads[0]?.url ?? ''), 1, 1))[3]).toBe(255)
})

test('a create answers the id and the charge under both of its names, and no status', async () => {
  const caller = new Caller(await startSandbox())
  const body: unknown = await (await caller.post('a name')).json()
  expect(body).toEqual({ id: matching(/^c[a-z0-9]{24}$/), credits_charged: 5, frame_cost: 5 })
})

test('a project answers every field of the description, and the old name of the charge', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock, renderMs: 1_000 }))
  const id = await caller.create('https://example.invalid/photo.jpg', { name: 'Mug' })
  expect(await (await caller.fetch(`/v1/image-projects/${id}`)).json()).toEqual({
    id,
    name: 'Mug',
    status: 'queued',
    image_count: 1,
    type: 'BACKGROUND_REMOVER',
    created_at: '2026-08-01T12:00:00.000Z',
    enabled: true,
    credits_charged: 5,
    total_frame_cost: 5,
    downloads: [],
    error: null,
  })
})

test('a project without a name is named after the tool and the date', async () => {
  const caller = new Caller(await startSandbox({ clock: createManualClock() }))
  const id = await caller.create('https://example.invalid/photo.jpg')
  expect((await caller.project(id)).name).toBe('Background Remover - 2026-08-01T12:00:00.000Z')
})

test('an account is told apart by its key and starts with the credits it is set up with', async () => {
  const sandbox = await startSandbox({ credits: 20, renderMs: 60_000 })
  const [one, other] = [new Caller(sandbox, 'one'), new Caller(sandbox, 'other')]
  await one.create('https://example.invalid/photo.jpg')
  expect(await (await one.fetch('/v1/account')).json()).toMatchObject({ tier: 'creator', credits: 15 })
  expect(await other.credits()).toBe(20)
})

test('a create that the account cannot pay is refused and makes no job', async () => {
  const caller = new Caller(await startSandbox({ credits: 9, renderMs: 60_000 }))
  await caller.create('https://example.invalid/photo.jpg')
  const response = await caller.post()
  expect(response.status).toBe(402)
  expect(await response.json()).toMatchObject({ code: 'insufficient_credits' })
  expect(await caller.credits()).toBe(4)
})

test('a project of another account is not found', async () => {
  const sandbox = await startSandbox()
  const id = await new Caller(sandbox, 'one').create('https://example.invalid/photo.jpg')
  const other = new Caller(sandbox, 'other')
  const responses = [
    await other.fetch(`/v1/image-projects/${id}`),
    await other.fetch(`/v1/image-projects/${id}`, { method: 'DELETE' }),
    await other.fetch('/v1/image-projects/unknown'),
    await other.fetch(`/v1/image-projects/${'a'.repeat(500)}`),
  ]
  for (const response of responses) {
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ code: 'not_found', message: 'Not Found' })
  }
})

test('a deleted project stays to be seen, without its image', async () => {
  const caller = new Caller(await startSandbox())
  const id = await caller.create(await caller.upload(await aPhoto()))
  const { downloads } = await caller.final(id)

  const deleted = await caller.fetch(`/v1/image-projects/${id}`, { method: 'DELETE' })
  expect([deleted.status, await deleted.text()]).toEqual([204, ''])
  expect(await caller.project(id)).toMatchObject({ status: 'complete', enabled: false, downloads: [] })
  expect((await fetch(downloads[0]?.url ?? '')).status).toBe(404)
})

test('a project may be deleted twice', async () => {
  const caller = new Caller(await startSandbox())
  const id = await caller.create('https://example.invalid/photo.jpg')
  await caller.fetch(`/v1/image-projects/${id}`, { method: 'DELETE' })
  expect((await caller.fetch(`/v1/image-projects/${id}`, { method: 'DELETE' })).status).toBe(204)
})

test('only the newest projects are remembered', async () => {
  const caller = new Caller(await startSandbox({}, { projects: 2 }))
  const oldest = await caller.create('https://example.invalid/photo.jpg')
  const middle = await caller.create('https://example.invalid/photo.jpg')
  await caller.create('https://example.invalid/photo.jpg')
  expect((await caller.fetch(`/v1/image-projects/${oldest}`)).status).toBe(404)
  expect((await caller.fetch(`/v1/image-projects/${middle}`)).status).toBe(200)
})

test('requests are counted by the time their answers are read, without the query', async () => {
  const lines: unknown[] = []
  const sandbox = await startSandbox({ onRequest: (line) => lines.push(line) })
  await new Caller(sandbox).fetch('/v1/account?secret=1')
  expect(lines).toEqual([{ method: 'GET', path: '/v1/account', status: 200, durationMs: anyNumber }])
})
