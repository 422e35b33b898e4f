import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { startStubMagicHour } from '../support/stub-magic-hour.ts'
import { json, startStub } from '../support/stub-server.ts'

const account = '{ account { id credits tier } }'
const key = { authorization: 'Bearer mhk_test_alice' }

test('the account says what is left and on which plan', async () => {
  await using magicHour = await startStubMagicHour()
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const { data } = await app.ask(account, {}, key)
  expect(data).toEqual({ account: { id: 'account-1', credits: 95, tier: 'CREATOR' } })
})

test('the account is null where Magic Hour does not offer the call', async () => {
  await using magicHour = await startStub(json(404, { message: 'Not Found' }))
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  const { data, errors } = await app.ask(account, {}, key)
  expect([data, errors]).toEqual([{ account: null }, []])
})
