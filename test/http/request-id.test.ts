import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import type { TestApp } from '../support/app.ts'

const ask = (app: TestApp, id: string) => app.ask('{ __typename }', {}, { 'x-request-id': id })
const newId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

describe('a request id', () => {
  test.for(['a', '0f8fad5b-d9cb-469f-a165-70867728950e', 'Root:1-67891233.a_b', 'of-64-characters-'.padEnd(64, 'x')])(
    'that is harmless is kept: %s',
    async (id, { app }) => {
      expect((await ask(app, id)).headers['x-request-id']).toBe(id)
    },
  )

  test.for(['a b', 'a\\nb', '{"a":1}', 'ä', '<b>', 'of-65-characters-'.padEnd(65, 'x'), ''])(
    'that could do harm in a log is replaced: %s',
    async (id, { app }) => {
      expect((await ask(app, id)).headers['x-request-id']).toMatch(newId)
    },
  )

  test('is made for a request that brings none, a new one each time', async ({ app }) => {
    const answers = await Promise.all([1, 2].map(() => app.ask('{ __typename }')))
    const ids = answers.map(({ headers }) => headers['x-request-id'])
    expect(ids).toEqual([expect.stringMatching(newId), expect.stringMatching(newId)])
    expect(new Set(ids).size).toBe(2)
  })

  test('stands in every line that the log has of its request', async ({ app }) => {
    await ask(app, 'trace-7')
    await app.stop()
    const lines = app.log.filter((line) => line.includes('"requestId":"trace-7"'))
    expect(lines.map((line) => /"msg":"(\w+)"/.exec(line)?.[1])).toEqual(['operation', 'request'])
  })

  test('is given to a request that is refused too', async ({ app }) => {
    const response = await fetch(`${app.url}/nowhere`, { headers: { 'x-request-id': 'trace-8' } })
    expect(response.headers.get('x-request-id')).toBe('trace-8')
  })
})
