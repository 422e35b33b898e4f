import { describe, expect, test } from 'vitest'
import { startApp } from '../support/app.ts'

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const production = { NODE_ENV: 'production', MAGIC_HOUR_BASE_URL: 'http://127.0.0.1:9' }

/** What is only loaded by the page's scripts and styles, so that its HTML cannot tell. */
const loadedLater: Readonly<Record<string, readonly string[]>> = {
  'font-src': ['https://fonts.gstatic.com'], // by the style sheet of fonts.googleapis.com
  'frame-src': ['https://sandbox.embed.apollographql.com'], // Apollo Sandbox lives in a frame
  'connect-src': ["'self'"], // the queries it sends to this server
}
const lockedAnyway = ['default-src', 'frame-ancestors', 'base-uri', 'form-action']

describe('outside production', () => {
  test('a browser that opens the endpoint gets a page', async () => {
    await using app = await startApp()
    const response = await fetch(`${app.url}/graphql`, { headers: browser })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('EmbeddedSandbox')
  })

  test.for(['/', '/graphiql'])(
    'a browser that opens %s gets a page that loads nothing from elsewhere',
    async (path) => {
      await using app = await startApp()
      const response = await fetch(`${app.url}${path}`, { headers: browser })
      const html = await response.text()
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      const sources = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)
      expect(sources.length).toBeGreaterThan(0)
      expect(sources.filter((address) => !address.startsWith('/assets/') && !address.startsWith('data:'))).toEqual([])
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self';")
    },
  )

  test('what the pages load is kept for good, and the pages themselves are asked for anew', async () => {
    await using app = await startApp()
    const page = await fetch(app.url)
    const [, script = ''] = /src="([^"]+)"/.exec(await page.text()) ?? []
    const { headers } = await fetch(`${app.url}${script}`)
    expect(page.headers.get('cache-control')).toBe('public, max-age=0')
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  test('the page may load all that it needs', async () => {
    const { policy, needs } = await openPage()
    const blocked = needs.filter(({ directive, source }) => policy.get(directive)?.includes(source) !== true)
    expect(blocked).toEqual([])
    expect(needs.length).toBeGreaterThan(5)
  })

  test('the page may load nothing that it does not need', async () => {
    const { policy, needs } = await openPage()
    const allowed = [...policy].flatMap(([directive, sources]) =>
      lockedAnyway.includes(directive) ? [] : sources.map((source) => ({ directive, source })),
    )
    const needless = allowed.filter(
      ({ directive, source }) =>
        loadedLater[directive]?.includes(source) !== true &&
        !needs.some((need) => need.directive === directive && need.source === source),
    )
    expect(needless).toEqual([])
  })

  test('the page cannot be framed, evaluates no text as code, and what is not named is locked', async () => {
    const { policy } = await openPage()
    expect(lockedAnyway.map((directive) => policy.get(directive))).toEqual(lockedAnyway.map(() => ["'none'"]))
    expect([...policy.values()].flat()).not.toContain("'unsafe-eval'")
  })

  test('a JSON answer of the same endpoint may load nothing at all', async () => {
    await using app = await startApp()
    const { headers } = await app.ask('{ __typename }')
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
    )
  })
})

describe('in production', () => {
  test('a browser that opens the endpoint gets no page', async () => {
    await using app = await startApp(production)
    const response = await fetch(`${app.url}/graphql`, { headers: browser })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/json')
  })

  test.for(['/', '/graphiql'])('%s leads nowhere', async (path) => {
    await using app = await startApp(production)
    const response = await fetch(`${app.url}${path}`, { headers: browser, redirect: 'manual' })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
  })
})

test('in production the page is there where it is asked for, and GraphiQL is not', async () => {
  await using app = await startApp({ ...production, SERVE_PAGE: 'true' })
  expect((await fetch(app.url)).status).toBe(200)
  expect((await fetch(`${app.url}/graphiql`)).status).toBe(404)
})

interface Need {
  readonly directive: string
  readonly source: string
}

/** The policy in the header, and what the HTML asks for. */
const openPage = async () => {
  await using app = await startApp()
  const response = await fetch(`${app.url}/graphql`, { headers: browser })
  const html = await response.text()
  return {
    policy: parsePolicy(response.headers.get('content-security-policy') ?? ''),
    needs: [...scriptNeeds(html), ...styleNeeds(html), ...linkNeeds(html)],
  }
}

const parsePolicy = (header: string): Map<string, string[]> =>
  new Map(
    header.split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(/\s+/)
      return [name, sources]
    }),
  )

const scriptNeeds = (html: string): Need[] =>
  tags(html, 'script').map(({ src }) => ({
    directive: 'script-src',
    source: src === undefined ? "'unsafe-inline'" : new URL(src).origin,
  }))

const styleNeeds = (html: string): Need[] =>
  tags(html, 'style').map(() => ({ directive: 'style-src', source: "'unsafe-inline'" }))

const linkDirectives: Readonly<Record<string, string>> = {
  icon: 'img-src',
  'apple-touch-icon': 'img-src',
  stylesheet: 'style-src',
  manifest: 'manifest-src',
}

const linkNeeds = (html: string): Need[] =>
  tags(html, 'link').flatMap(({ rel = '', href = '' }) => {
    const directive = linkDirectives[rel]
    return directive === undefined ? [] : [{ directive, source: new URL(href).origin }]
  })

/** The attributes of each such element. */
const tags = (html: string, name: string): Partial<Record<string, string>>[] =>
  [...html.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'g'))].map(([, attributes = '']) => attributesIn(attributes))

const attributesIn = (text: string): Partial<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
