import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { Caller, aPhoto, containing, createManualClock, download, startSandbox } from './support.ts'

test('a render that fails gives the credits back, when its time is over and not before', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock, renderMs: 4_000, credits: 20 }))
  const id = await caller.create(await caller.upload(Buffer.from('no picture')))
  expect(await caller.project(id)).toMatchObject({ status: 'queued', credits_charged: 5, error: null })
  expect(await caller.credits()).toBe(15)

  clock.advance(5_000)
  const project = await caller.final(id)
  expect(project).toMatchObject({ status: 'error', credits_charged: 0, downloads: [] })
  expect(await caller.credits()).toBe(20)
})

test('credits that were refunded can be spent although nobody asked for the failed project', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock, renderMs: 4_000, credits: 5 }))
  await caller.create('https://example.invalid/photo.jpg', { name: 'sandbox:error-unknown_error' })
  expect((await caller.post()).status).toBe(402)
  clock.advance(5_000)
  expect((await caller.post()).status).toBe(200)
})

test('a file that is no image ends in invalid_file_format', async () => {
  const caller = new Caller(await startSandbox())
  const { error } = await caller.final(await caller.create(await caller.upload(Buffer.from('no picture'), 'png')))
  expect(error).toEqual({ code: 'invalid_file_format', message: 'The sandbox cannot read the file as an image.' })
})

test('a path whose file was never uploaded ends in an error that says so', async () => {
  const caller = new Caller(await startSandbox())
  const { path } = await caller.ticket()
  const { error } = await caller.final(await caller.create(path))
  expect(error).toEqual({
    code: 'invalid_parameters',
    message: containing(`Nothing was uploaded as ${path}`),
  })
})

test('a library URL of an image that the library does not have is taken, and ends in an error that names those it has', async () => {
  const caller = new Caller(await startSandbox())
  const { error } = await caller.final(await caller.create('https://magichour.ai/my-library?imageId=abc'))
  expect(error).toEqual({ code: 'invalid_parameters', message: containing('mug, portrait, table') })
})

test('a broken background image fails the render', async () => {
  const caller = new Caller(await startSandbox())
  const [photo, background] = [await caller.upload(await aPhoto()), await caller.upload(Buffer.from('no picture'))]
  expect((await caller.final(await caller.create(photo, { background }))).error?.code).toBe('invalid_file_format')
})

test('an image from a loopback URL is refused, so that the sandbox opens no way into the network', async () => {
  const { url, hits } = await servePhoto()
  const caller = new Caller(await startSandbox())
  const { error } = await caller.final(await caller.create(url))
  expect(error).toMatchObject({ code: 'invalid_parameters', message: containing('public') })
  expect(hits()).toBe(0)
})

test('an image from a loopback URL is rendered when that is allowed on purpose', async () => {
  const { url } = await servePhoto()
  const caller = new Caller(await startSandbox({ allowPrivateInputUrls: true }))
  const { downloads } = await caller.final(await caller.create(url))
  const { format, width, height } = await sharp(await download(downloads[0]?.url ?? '')).metadata()
  expect({ format, width, height }).toEqual({ format: 'png', width: 96, height: 64 })
})

test('an image from a URL that is too large ends in file_too_large', async () => {
  const { url } = await servePhoto()
  const caller = new Caller(await startSandbox({ allowPrivateInputUrls: true }, { fetchBytes: 100 }))
  expect((await caller.final(await caller.create(url))).error?.code).toBe('file_too_large')
})

test('a project deleted while it is rendered leaves no image behind', async () => {
  const clock = createManualClock()
  const caller = new Caller(await startSandbox({ clock, renderMs: 4_000 }))
  const id = await caller.create(await caller.upload(await aPhoto()))
  await caller.fetch(`/v1/image-projects/${id}`, { method: 'DELETE' })
  clock.advance(5_000)
  expect(await caller.final(id)).toMatchObject({ status: 'complete', enabled: false, downloads: [] })
  expect(await caller.credits()).toBe(995)
})

/** A server on loopback with one photo. */
const servePhoto = async (): Promise<{ url: string; hits: () => number }> => {
  const photo = await aPhoto()
  let hits = 0
  const server = createServer((_request, response) => {
    hits += 1
    response.end(photo)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = portOf(server.address())
  return { url: `http://127.0.0.1:${port}/photo.jpg`, hits: () => hits }
}

const portOf = (address: AddressInfo | string | null): AddressInfo => {
  if (address === null || typeof address === 'string') expect.unreachable()
  return address
}
