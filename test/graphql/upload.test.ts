import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { startStubMagicHour } from '../support/stub-magic-hour.ts'

const createUploads = `mutation ($files: [UploadFileInput!]!) { createUploads(files: $files) { filePath uploadUrl expiresAt } }`
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
