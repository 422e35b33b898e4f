import { describe, expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { openConnection } from '../support/connection.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { startStub } from '../support/stub-server.ts'

describe.for(['/livez', '/readyz'])('%s', (path) => {
  test('is fine while the server serves', async () => {
    await using app = await startApp()
    const response = await fetch(`${app.url}${path}`)
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  test('is fine while Magic Hour is not: it is never asked', async () => {
    await using magicHour = await startStub((response) => response.destroy())
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
    const response = await fetch(`${app.url}${path}`)
    expect([response.status, magicHour.requests]).toEqual([200, []])
  })

  test('answers a load balancer that speaks HTTP/1.0 and names no host', async () => {
    await using app = await startApp()
    const connection = openConnection(app.url)
    connection.send(`GET ${path} HTTP/1.0\r\n\r\n`)
    expect(await connection.closed).toContain(' 200 OK')
  })
})

test('/readyz says so while the database is gone, and that it is back; /livez does not mind', async () => {
  await using database = await createTestDatabase()
  await using app = await startApp({ DATABASE_URL: database.url })
  const look = (path: string) => fetch(`${app.url}${path}`).then(({ status }) => status)
  await database.setReachable(false)
  await database.terminateConnections()
  expect([await look('/readyz'), await look('/livez')]).toEqual([503, 200])
  await database.setReachable(true)
  await expect.poll(() => look('/readyz')).toBe(200)
})
