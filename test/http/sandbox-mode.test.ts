import { describe, expect, test } from 'vitest'
import { test as testWithMagicHour } from '../support/app-test.ts'
import { startApp } from '../support/app.ts'

describe('an answer from the sandbox', () => {
  test('says so in its header and in its extensions', async () => {
    await using app = await startApp()
    const { headers, extensions, errors } = await app.ask('{ account { id } }')
    expect(errors).toEqual([])
    expect(headers['magic-hour-sandbox']).toBe('true')
    expect(extensions).toEqual({ sandbox: true })
  })

  test('says so when it holds errors too', async () => {
    await using app = await startApp()
    const { headers, extensions, errors } = await app.ask('{ nothing }')
    expect(errors).toHaveLength(1)
    expect(headers['magic-hour-sandbox']).toBe('true')
    expect(extensions).toEqual({ sandbox: true })
  })

  test('says so when no operation was run', async () => {
    await using app = await startApp()
    const response = await fetch(`${app.url}/livez`)
    expect(response.headers.get('magic-hour-sandbox')).toBe('true')
  })
})

testWithMagicHour('an answer from another server says nothing of a sandbox', async ({ app }) => {
  const { headers, extensions, errors } = await app.ask('{ account { id } }', {}, { authorization: 'Bearer mhk_a' })
  expect(errors).toEqual([])
  expect(headers).not.toHaveProperty('magic-hour-sandbox')
  expect(extensions).toEqual({})
})
