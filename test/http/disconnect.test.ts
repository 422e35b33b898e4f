import { expect, vi } from 'vitest'
import { test } from '../support/app-test.ts'
import { startApp } from '../support/app.ts'
import { graphQLRequest, openConnection } from '../support/connection.ts'
import { holdNextCreate } from '../support/held-create.ts'

const gatewayKey = 'key-of-the-shop-1234'
const authorization = `Bearer ${gatewayKey}`
const remove =
  'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }, idempotencyKey: "order-7") { id } }'

test('a client that goes away while its job is made finds the job, paid once', async ({ magicHour }) => {
  await using app = await startApp({
    MAGIC_HOUR_BASE_URL: magicHour.url.href,
    MAGIC_HOUR_API_KEY: 'mhk_test_server',
    GATEWAY_KEYS: `shop:${gatewayKey}`,
  })
  const release = holdNextCreate(magicHour)
  const connection = openConnection(app.url)
  connection.send(graphQLRequest(remove, { Authorization: authorization }))
  await magicHour.received(1)
  connection.disconnect()
  await vi.waitFor(() => expect(app.log.join('')).toContain('the client went away'))
  release()

  const again = await app.ask(remove, {}, { authorization })
  expect(again.data).toEqual({ removeBackground: { id: 'held-1' } })
  const found = await app.ask('{ job(id: "held-1") { status } }', {}, { authorization })
  expect(found.data).toEqual({ job: { status: 'QUEUED' } })
  expect(magicHour.count('POST', '/v1/image-background-remover')).toBe(1)
})

test('a client that goes away while it only reads ends the read', async ({ magicHour }) => {
  await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
  magicHour.set('project-1', 'rendering')
  const connection = openConnection(app.url)
  connection.send(
    graphQLRequest('{ job(id: "project-1", waitForSeconds: 60) { id } }', { Authorization: 'Bearer mhk_test_alice' }),
  )
  await magicHour.received(1)
  connection.disconnect()
  await vi.waitFor(() => expect(app.log.join('')).toContain('"operation":"query"'))
  expect(magicHour.count('GET', '/v1/image-projects/')).toBe(1)
})
