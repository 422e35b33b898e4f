import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'

const query = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const authorization = 'Bearer mhk_test_alice'

describe('a request that a foreign page can make a browser send', () => {
  test.for(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is refused as a POST of %s, and runs nothing',
    async (type, { app, magicHour }) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': type, authorization },
        body: JSON.stringify({ query }),
      })
      expect([400, 415]).toContain(response.status)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', charged: 'NO' } }] })
      expect(magicHour.requests).toEqual([])
    },
  )

  test('is refused as a GET, and runs nothing', async ({ app, magicHour }) => {
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent('{ account { id } }')}`, {
      headers: { authorization },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
    expect(magicHour.requests).toEqual([])
  })
})

describe('a GET that a foreign page cannot make a browser send', () => {
  const headers = { authorization, 'apollo-require-preflight': 'true' }

  test('runs a query', async ({ app }) => {
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent('{ account { id } }')}`, { headers })
    expect(await response.json()).toEqual({ data: { account: { id: 'account-1' } } })
  })

  test('runs no mutation', async ({ app, magicHour }) => {
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent(query)}`, { headers })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', charged: 'NO' } }] })
    expect(magicHour.requests).toEqual([])
  })
})
