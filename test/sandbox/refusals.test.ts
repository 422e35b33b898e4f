import { expect, test } from 'vitest'
import { Caller, aPhoto, containing, matching, startSandbox } from './support.ts'

const endpoints = [
  ['POST', '/v1/image-background-remover'],
  ['GET', '/v1/image-projects/some-id'],
  ['DELETE', '/v1/image-projects/some-id'],
  ['POST', '/v1/files/upload-urls'],
  ['GET', '/v1/account'],
] as const

test.each(endpoints)('%s %s without a key is unauthorized, whatever its body', async (method, path) => {
  const { url } = await startSandbox()
  const response = await fetch(`${url}${path}`, method === 'POST' ? { method, body: '{' } : { method })
  expect(response.status).toBe(401)
  expect(await response.json()).toEqual({ code: 'unauthorized', message: 'Unauthorized' })
})

test.each(['', 'Bearer', 'Bearer ', 'Basic abc', `Bearer ${'k'.repeat(513)}`])(
  'the Authorization header %j holds no key',
  async (authorization) => {
    const { url } = await startSandbox()
    expect((await fetch(`${url}/v1/account`, { headers: { authorization } })).status).toBe(401)
  },
)

test('every answer says that it comes from the sandbox', async () => {
  const sandbox = await startSandbox()
  const caller = new Caller(sandbox)
  const answers = await Promise.all([
    caller.fetch('/v1/account'),
    caller.fetch('/nowhere'),
    caller.fetch('/%zz'),
    fetch(`${sandbox.url}/v1/account`),
    fetch(`${sandbox.url}/api-assets/a/b.png`, { method: 'PUT', body: 'x' }),
    caller.post('sandbox:502'),
    caller.post('sandbox:truncated'),
  ])
  expect(answers.map(({ headers }) => headers.get('magic-hour-sandbox'))).toEqual(answers.map(() => 'true'))
})

test('a body of more than 64 KiB is an invalid request', async () => {
  const caller = new Caller(await startSandbox())
  expect((await caller.post('n'.repeat(64 * 1024))).status).toBe(400)
})

test('a body that is no JSON is an invalid request', async () => {
  const { url } = await startSandbox()
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/image-background-remover`, { method: 'POST', headers, body: '{"assets":' })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'invalid_request' })
})

test.each([
  [undefined, /Missing request body/],
  [{}, /assets/],
  [{ assets: {} }, /assets\.image_file_path/],
  [{ assets: { image_file_path: 5 } }, /assets\.image_file_path/],
  [
    { assets: { image_file_path: 'https://a.example/b.png', background_image_file_path: null } },
    /background_image_file_path/,
  ],
  [{ name: 7, assets: { image_file_path: 'https://a.example/b.png' } }, /name/],
])('the create body %j is an invalid request that names the field', async (body, message) => {
  const caller = new Caller(await startSandbox())
  const response = await caller.fetch('/v1/image-background-remover', { method: 'POST', body })
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ code: 'invalid_request', message: matching(message) })
})

test.each([
  ['https://example.com/photo.gif', "'gif' is an invalid image extension"],
  ['https://example.com/photo', "'' is an invalid image extension"],
  ['https://example.com/photo?file=a.png', "'' is an invalid image extension"],
  ['https://magichour.ai/my-library', "'' is an invalid image extension"],
  ['https://magichour.ai/my-library?imageId=', "'' is an invalid image extension"],
  ['ftp://example.com/photo.png', "'ftp:' is no scheme"],
  ['file:///etc/photo.png', "'file:' is no scheme"],
  ['api-assets/someone/photo.png', 'is neither a URL nor a file_path'],
  ['photo.png', 'is neither a URL nor a file_path'],
  ['', "'' is an invalid image extension"],
])('the file path %j is unprocessable, for the image and for the background', async (path, message) => {
  const caller = new Caller(await startSandbox({ credits: 10 }))
  const asBackground = { image_file_path: 'https://example.com/a.png', background_image_file_path: path }
  for (const assets of [{ image_file_path: path }, asBackground]) {
    const response = await caller.fetch('/v1/image-background-remover', { method: 'POST', body: { assets } })
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({ code: 'unprocessable_entity', message: containing(message) })
  }
  expect(await caller.credits()).toBe(10)
})

test.each(['https://example.invalid/photo.png?token=1', 'http://example.invalid/PHOTO.JPG'])(
  'the URL %s is taken as an image',
  async (path) => {
    const caller = new Caller(await startSandbox())
    expect((await caller.post('a name', path)).status).toBe(200)
  },
)

test('a file path that was issued to another account is unprocessable', async () => {
  const sandbox = await startSandbox()
  const path = await new Caller(sandbox, 'one').upload(await aPhoto())
  expect((await new Caller(sandbox, 'other').post('a name', path)).status).toBe(422)
})

test.each([
  [{}, 400],
  [{ items: [] }, 400],
  [{ items: [{ type: 'image' }] }, 400],
  [{ items: [{ type: 'image', extension: 'PNG' }] }, 400],
  [{ items: [{ type: 'image', extension: '.png' }] }, 400],
  [{ items: [{ type: 'gif', extension: 'gif' }] }, 400],
  [{ items: Array.from({ length: 101 }, () => ({ type: 'image', extension: 'png' })) }, 400],
  [{ items: [{ type: 'image', extension: 'gif' }] }, 422],
  [
    {
      items: [
        { type: 'image', extension: 'png' },
        { type: 'audio', extension: 'mp4' },
      ],
    },
    422,
  ],
])('the upload request %j is refused', async (body, status) => {
  const caller = new Caller(await startSandbox())
  expect((await caller.fetch('/v1/files/upload-urls', { method: 'POST', body })).status).toBe(status)
})

test('an unknown extension is answered with the known ones', async () => {
  const caller = new Caller(await startSandbox())
  const body = { items: [{ type: 'image', extension: 'gif' }] }
  const response = await caller.fetch('/v1/files/upload-urls', { method: 'POST', body })
  const message =
    "'gif' is an invalid image extension. Possible extensions are 'png, jpg, jpeg, jfif, heic, heif, webp, avif, jp2, tiff, tif, bmp'"
  expect(await response.json()).toEqual({ code: 'unprocessable_entity', message })
})
