import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { startStubMagicHour } from '../support/stub-magic-hour.ts'

const createUploads = `mutation ($files: [UploadFileInput!]!) { createUploads(files: $files) { filePath uploadUrl expiresAt } }`
const relayUploads = createUploads.replace('files: $files', 'files: $files, via: RELAY')
const key = { authorization: 'Bearer mhk_test_alice' }

test('upload places come in the order asked, their links byte for byte', async () => {
  await using magicHour = await startStubMagicHour()
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const { data } = await app.ask(createUploads, { files: [{ extension: 'png' }, { extension: 'HEIC' }] }, key)
  expect(data).toEqual({
    createUploads: [
      {
        filePath: 'api-assets/account-1/0.png',
        uploadUrl: "https://storage.example/upload-0?X-Sig=a%2fb'c|d&x=34",
        expiresAt: '2026-01-01T01:00:00.000Z',
      },
      {
        filePath: 'api-assets/account-1/1.png',
        uploadUrl: "https://storage.example/upload-1?X-Sig=a%2fb'c|d&x=35",
        expiresAt: '2026-01-01T01:00:00.000Z',
      },
    ],
  })
})

test('a size that is told with a direct upload changes nothing', async () => {
  await using magicHour = await startStubMagicHour()
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const files = [{ extension: 'png', sizeBytes: 10 }]
  const direct = await app.ask(createUploads, { files }, key)
  expect(JSON.stringify(direct.data)).toContain('https://storage.example/upload-0')
  const nullable = `mutation ($via: UploadVia) { createUploads(files: [{ extension: "png" }], via: $via) { uploadUrl } }`
  expect((await app.ask(nullable, { via: null }, key)).errors).toEqual([])
})

test('a relayed upload has the path that Magic Hour gave, and a link of this server', async () => {
  await using magicHour = await startStubMagicHour()
  magicHour.uploadTo(new URL('https://storage.example/'))
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const { data } = await app.ask(relayUploads, { files: [{ extension: 'PNG', sizeBytes: 10 * 1024 ** 3 }] }, key)
  const text: unknown = expect.any(String)
  const ours: unknown = expect.stringMatching(new RegExp(`^${app.url}/uploads\\?ticket=[\\w.-]+$`))
  expect(data).toEqual({
    createUploads: [{ filePath: 'api-assets/account-1/0.png', uploadUrl: ours, expiresAt: text }],
  })
})

test.for([
  [undefined, 'RELAY'],
  [null, 'RELAY'],
  [0, 'RELAY'],
  [-1, 'RELAY'],
  [1.5, 'RELAY'],
  [10 * 1024 ** 3 + 1, 'RELAY'],
  [1e300, 'RELAY'],
  [0, 'DIRECT'],
  [1.5, 'DIRECT'],
] as const)('a file of %s bytes is refused of an upload via %s, before anything is sent', async ([sizeBytes, via]) => {
  await using magicHour = await startStubMagicHour()
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const files = [
    { extension: 'png', sizeBytes: 1 },
    { extension: 'png', sizeBytes },
  ]
  const { errors } = await app.ask(via === 'RELAY' ? relayUploads : createUploads, { files }, key)
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'files.1.sizeBytes' })
  expect(errors[0]?.message).toContain('a whole number from 1 to 10 GiB')
  expect(magicHour.requests).toEqual([])
})

test.for([
  [[{ extension: 'gif' }], 'files.0.extension'],
  [[{ extension: 'png' }, { extension: '.jpg' }], 'files.1.extension'],
  [[], 'files'],
  [Array.from({ length: 101 }, () => ({ extension: 'png' })), 'files'],
] as const)('%o is refused, naming %s, before anything is sent', async ([files, argument]) => {
  await using magicHour = await startStubMagicHour()
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const { errors } = await app.ask(createUploads, { files }, key)
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
  expect(magicHour.requests).toEqual([])
})
