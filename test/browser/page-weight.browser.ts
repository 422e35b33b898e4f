import { request } from 'undici'
import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { openPage } from './support/page.ts'

const bound = 60_000

test('the page weighs less than 60 kB as it is sent, and loads nothing twice or from elsewhere', async () => {
  await using app = await startApp()
  await using open = await openPage(app.url)
  const loaded = await open.page.evaluate<{ readonly name: string; readonly encodedBodySize: number }[]>(
    `performance.getEntriesByType('resource').filter(({ name }) => /\\.(js|css)$/.test(name)).map((entry) => entry.toJSON())`,
  )
  const bytes = loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
  expect(loaded.length).toBeGreaterThan(1)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(bound)
  expect(open.browser.complaints).toEqual([])
})

test.for([
  ['br', 'br'],
  ['gzip', 'gzip'],
  ['identity', undefined],
])('whoever accepts %s gets it', async ([accepted, encoding]) => {
  await using app = await startApp()
  const html = await request(app.url).then(({ body }) => body.text())
  const [, script = ''] = /src="([^"]+)"/.exec(html) ?? []
  const { headers, body } = await request(`${app.url}${script}`, { headers: { 'accept-encoding': accepted } })
  await body.dump()
  expect(headers['content-encoding']).toBe(encoding)
  expect(headers['content-type']).toContain('javascript')
})
