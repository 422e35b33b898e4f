import { describe, expect, test } from 'vitest'
import { startApp } from '../support/app.ts'

const studio = 'https://studio.apollographql.com'
const stranger = 'https://stranger.example'
const production = { NODE_ENV: 'production', MAGIC_HOUR_BASE_URL: 'http://127.0.0.1:9' }

/** What a browser asks before it lets a page send a GraphQL request. */
const preflight = async (url: string, origin: string): Promise<Headers> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  })
  expect(response.status).toBe(204)
  return response.headers
}

const allowedOrigin = async (url: string, origin: string): Promise<string | null> =>
  (await preflight(url, origin)).get('access-control-allow-origin')

describe('a page of another origin', () => {
  test('may call outside production when it is Apollo Studio, and nobody else may', async () => {
    await using app = await startApp()
    expect(await allowedOrigin(app.url, studio)).toBe(studio)
    expect(await allowedOrigin(app.url, stranger)).toBeNull()
    expect(await allowedOrigin(app.url, 'null')).toBeNull()
  })

  test('is answered with the security headers of every answer, when it asks whether it may', async () => {
    await using app = await startApp()
    const headers = await preflight(app.url, stranger)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('may not call in production', async () => {
    await using app = await startApp(production)
    expect(await allowedOrigin(app.url, studio)).toBeNull()
  })

  test('may call when CORS_ORIGINS names it, and those that it does not name may not', async () => {
    await using app = await startApp({ ...production, CORS_ORIGINS: 'https://a.example, https://b.example:8443' })
    expect(await allowedOrigin(app.url, 'https://a.example')).toBe('https://a.example')
    expect(await allowedOrigin(app.url, 'https://b.example:8443')).toBe('https://b.example:8443')
    expect(await allowedOrigin(app.url, 'https://b.example')).toBeNull()
    expect(await allowedOrigin(app.url, studio)).toBeNull()
  })

  test('may call, whichever it is, when CORS_ORIGINS is a star', async () => {
    await using app = await startApp({ CORS_ORIGINS: '*' })
    expect(await allowedOrigin(app.url, stranger)).toBe('*')
  })

  test('may send its key and JSON by POST and GET, and files by PUT, without cookies', async () => {
    await using app = await startApp()
    const headers = await preflight(app.url, studio)
    expect(headers.get('access-control-allow-headers')?.split(/, ?/)).toEqual(['authorization', 'content-type'])
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST, PUT')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('may read the answer, its request id, whether the sandbox gave it, and what belongs to a file', async () => {
    await using app = await startApp()
    const { headers } = await app.ask('{ __typename }', {}, { origin: studio })
    expect(headers['access-control-allow-origin']).toBe(studio)
    expect(headers['access-control-expose-headers']).toBe(
      'x-request-id, magic-hour-sandbox, retry-after, etag, accept-ranges, content-range, content-length, content-disposition',
    )
    expect(headers['vary']).toContain('Origin')
  })
})
