import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError, type ConfigIssue, loadConfig, settingNames } from '../src/config.ts'

const real = new URL('https://api.magichour.ai')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const graph = { APOLLO_KEY: 'service:images:5ec4e7', APOLLO_GRAPH_REF: 'images@production' }

/** What is said to be wrong, as `SETTING: problem` lines. */
const problemsOf = (environment: Record<string, string>): string[] =>
  issuesOf(environment).map(({ setting, problem }) => `${setting}: ${problem}`)

const issuesOf = (environment: Record<string, string>): readonly ConfigIssue[] => {
  try {
    loadConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}

describe('the defaults', () => {
  const defaults = {
    isProduction: false,
    host: '127.0.0.1',
    port: 4000,
    corsOrigins: ['https://studio.apollographql.com'],
    logLevel: 'info',
    shutdownGraceMs: 30_000,
    magicHourBaseUrl: 'sandbox',
    magicHourApiKey: null,
    gatewayKeys: [],
    allowAnonymous: false,
    webhookSecret: null,
    webhookToleranceSeconds: 300,
    databaseUrl: null,
    dataDir: '.data',
    publicUrl: null,
    sandboxPort: null,
    sandboxRenderMs: 1_500,
    sandboxWebhooks: null,
    servesPage: true,
    introspection: true,
    studio: null,
    warnings: [],
  }

  test('start the sandbox on the loopback, for nobody else', () => {
    expect(loadConfig({})).toEqual(defaults)
  })

  test('in production name the real Magic Hour, and let no foreign page call', () => {
    expect(loadConfig({ NODE_ENV: 'production' })).toEqual({
      ...defaults,
      isProduction: true,
      servesPage: false,
      corsOrigins: [],
      magicHourBaseUrl: real,
    })
  })

  test('hold for settings that are empty or blank', () => {
    const nothing = Object.fromEntries(settingNames.map((name, index) => [name, index % 2 === 0 ? '' : ' ']))
    expect(loadConfig(nothing)).toEqual(defaults)
  })

  test('are not touched by variables of other programs', () => {
    expect(loadConfig({ PATH: '/bin', port: '1', MAGIC_HOUR: 'x' })).toEqual(defaults)
  })
})

describe('every setting can be set', () => {
  test.for([
    ['NODE_ENV', 'production', { isProduction: true }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['PORT', '8080', { port: 8080 }],
    [
      'CORS_ORIGINS',
      'https://a.example/, http://b.example:8080',
      { corsOrigins: ['https://a.example', 'http://b.example:8080'] },
    ],
    ['CORS_ORIGINS', '*', { corsOrigins: ['*'] }],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['SHUTDOWN_GRACE_MS', '5000', { shutdownGraceMs: 5_000 }],
    ['MAGIC_HOUR_BASE_URL', 'https://api.example/magic', { magicHourBaseUrl: new URL('https://api.example/magic') }],
    ['MAGIC_HOUR_BASE_URL', 'sandbox', { magicHourBaseUrl: 'sandbox' }],
    ['MAGIC_HOUR_API_KEY', ' mhk_live_1 ', { magicHourApiKey: 'mhk_live_1' }],
    ['ALLOW_ANONYMOUS', 'false', { allowAnonymous: false }],
    ['ALLOW_ANONYMOUS', 'true', { allowAnonymous: true }],
    ['MAGIC_HOUR_WEBHOOK_SECRET', 'whsec_1', { webhookSecret: 'whsec_1' }],
    ['WEBHOOK_TOLERANCE_SECONDS', '60', { webhookToleranceSeconds: 60 }],
    ['DATABASE_URL', 'postgres://user:pass@db/app', { databaseUrl: 'postgres://user:pass@db/app' }],
    ['DATA_DIR', '/var/lib/magic-hour', { dataDir: '/var/lib/magic-hour' }],
    ['PUBLIC_URL', 'https://api.example/images/', { publicUrl: 'https://api.example/images' }],
    ['SANDBOX_WEBHOOKS', 'true', { sandboxWebhooks: 'here' }],
    ['SANDBOX_WEBHOOKS', 'false', { sandboxWebhooks: null }],
    ['SERVE_PAGE', 'false', { servesPage: false }],
    ['INTROSPECTION', 'true', { introspection: true }],
    ['INTROSPECTION', 'false', { introspection: false }],
    ['SANDBOX_PORT', '4010', { sandboxPort: 4010 }],
    ['SANDBOX_RENDER_MS', '0', { sandboxRenderMs: 0 }],
  ] as const)('%s=%s', ([name, value, expected]) => {
    expect(loadConfig({ [name]: value })).toMatchObject(expected)
  })

  test('GATEWAY_KEYS, as keys or as hashes, several for one tenant, keeping the hashes alone', () => {
    const hash = sha256('key-of-the-studio-01')
    const pairs = `shop:key-of-the-shop-0001, shop:with:colons:in-it:1,,studio:sha256:${hash.toUpperCase()},`
    const { gatewayKeys } = loadConfig({ GATEWAY_KEYS: pairs })
    expect(gatewayKeys).toEqual([
      { tenant: 'shop', sha256: sha256('key-of-the-shop-0001') },
      { tenant: 'shop', sha256: sha256('with:colons:in-it:1') },
      { tenant: 'studio', sha256: hash },
    ])
  })

  test('the graph at Apollo Studio, by its key and its name', () => {
    const studio = { key: 'service:images:5ec4e7', graphRef: 'images@production', reportsSchema: false }
    expect(loadConfig(graph)).toMatchObject({ studio })
    expect(loadConfig({ ...graph, APOLLO_SCHEMA_REPORTING: 'false' })).toMatchObject({ studio })
    expect(loadConfig({ ...graph, APOLLO_SCHEMA_REPORTING: 'true' })).toMatchObject({
      studio: { ...studio, reportsSchema: true },
    })
  })

  test('and none is forgotten here', () => {
    const { warnings: _, studio, ...others } = loadConfig(graph)
    const settable = [...Object.keys(others), ...Object.keys(studio ?? {})]
    expect(settable).toHaveLength(settingNames.length)
  })
})

describe('a setting that is wrong is told in words that say what to do', () => {
  const port = 'expected a whole number from 0 to 65535'
  const tenMinutes = 'expected a whole number from 0 to 600000'
  const origins = 'expected origins as https://app.example.com, separated by commas, or «*»'
  const keys =
    'expected «tenant:key» pairs, separated by commas; a key has 16 to 512 visible characters, or is «sha256:<64 hex digits>»'

  test.for([
    ['PORT', 'http', port],
    ['PORT', '65536', port],
    ['PORT', '-1', port],
    ['PORT', '80.5', port],
    ['PORT', '0x50', port],
    ['PORT', '1e3', port],
    ['SANDBOX_PORT', '99999', port],
    ['SHUTDOWN_GRACE_MS', '30s', tenMinutes],
    ['SHUTDOWN_GRACE_MS', '600001', tenMinutes],
    ['SANDBOX_RENDER_MS', '-5', tenMinutes],
    ['MAGIC_HOUR_BASE_URL', 'api.magichour.ai', 'expected an http(s) URL, or «sandbox»'],
    ['MAGIC_HOUR_BASE_URL', 'Sandbox', 'expected an http(s) URL, or «sandbox»'],
    ['CORS_ORIGINS', 'app.example.com', origins],
    ['CORS_ORIGINS', 'https://a.example,nonsense,more nonsense', origins],
    ['WEBHOOK_TOLERANCE_SECONDS', '0', 'expected a whole number from 1 to 86400'],
    ['DATABASE_URL', 'mysql://db/app', 'expected a URL as postgres://user:password@host/database'],
    ['PUBLIC_URL', 'api.example', 'expected an http(s) URL'],
    ['SANDBOX_WEBHOOKS', 'perhaps', 'expected «true», «false» or an http(s) URL'],
    [
      'SANDBOX_WEBHOOKS',
      'http://localhost:4000/webhooks/magic-hour',
      'needs MAGIC_HOUR_WEBHOOK_SECRET, to sign the events with.',
    ],
    ['LOG_LEVEL', 'verbose', 'expected one of fatal, error, warn, info, debug, trace, silent'],
    ['ALLOW_ANONYMOUS', 'yes', 'expected one of true, false'],
    ['INTROSPECTION', 'no', 'expected one of true, false'],
    ['APOLLO_SCHEMA_REPORTING', '1', 'expected one of true, false'],
    ['APOLLO_KEY', 'service images', 'expected visible ASCII characters only, without blanks'],
    ['APOLLO_GRAPH_REF', 'images', 'expected a graph and its variant, as my-graph@production'],
    ['MAGIC_HOUR_API_KEY', 'mhk live', 'expected visible ASCII characters only, without blanks'],
    ['GATEWAY_KEYS', 'key-without-a-tenant', keys],
    ['GATEWAY_KEYS', 'shop:short', keys],
    ['GATEWAY_KEYS', 'shop:sha256:0123456789abcdef', keys],
    ['GATEWAY_KEYS', 'two words:key-of-the-shop-0001', keys],
  ] as const)('%s=%s', ([name, value, problem]) => {
    expect(issuesOf({ [name]: value })).toEqual([{ setting: name, problem }])
  })

  test('GATEWAY_KEYS with a key that is longer than what a caller can show', () => {
    expect(issuesOf({ GATEWAY_KEYS: `shop:${'k'.repeat(512)}` })).toEqual([])
    expect(issuesOf({ GATEWAY_KEYS: `shop:${'k'.repeat(513)}` })).toEqual([{ setting: 'GATEWAY_KEYS', problem: keys }])
  })

  test('and all of them at once', () => {
    const environment = { PORT: 'x', HOST: 'localhost', LOG_LEVEL: 'x', GATEWAY_KEYS: 'x,y', SANDBOX_PORT: 'x' }
    expect(issuesOf(environment).map(({ setting }) => setting)).toEqual([
      'PORT',
      'LOG_LEVEL',
      'GATEWAY_KEYS',
      'SANDBOX_PORT',
    ])
  })

  test('without repeating a secret', () => {
    const environment = {
      MAGIC_HOUR_API_KEY: 'mhk_5ec4e7 with blanks',
      GATEWAY_KEYS: 'shop:5ec4e7,5ec4e7-without-a-tenant',
      MAGIC_HOUR_BASE_URL: 'ftp://user:5ec4e7@host',
    }
    expect(problemsOf(environment)).toHaveLength(3)
    expect(problemsOf(environment).join('\n')).not.toContain('5ec4e7')
  })

  test('in the message of the error too', () => {
    expect(() => loadConfig({ PORT: 'x', SANDBOX_PORT: 'y' })).toThrow(`PORT: ${port}\nSANDBOX_PORT: ${port}`)
  })
})

describe('settings that contradict each other are refused', () => {
  const server = { MAGIC_HOUR_BASE_URL: 'https://api.example' }

  test.for([
    [
      'the sandbox in production',
      { NODE_ENV: 'production', MAGIC_HOUR_BASE_URL: 'sandbox' },
      /^MAGIC_HOUR_BASE_URL: the sandbox does not stand in under NODE_ENV=production/,
    ],
    [
      'a key of its own, and nobody said who may spend its credits',
      { ...server, MAGIC_HOUR_API_KEY: 'mhk_5ec4e7' },
      /^MAGIC_HOUR_API_KEY: .* Set GATEWAY_KEYS .* or ALLOW_ANONYMOUS=true/,
    ],
    [
      'the same in production, with the real Magic Hour by default',
      { NODE_ENV: 'production', MAGIC_HOUR_API_KEY: 'mhk_5ec4e7' },
      /^MAGIC_HOUR_API_KEY: /,
    ],
    [
      'gateway keys without a key of its own',
      { ...server, GATEWAY_KEYS: 'shop:5ec4e7-of-the-shop' },
      /^GATEWAY_KEYS: needs MAGIC_HOUR_API_KEY/,
    ],
    [
      'anybody may pay with a key that is not there',
      { ...server, ALLOW_ANONYMOUS: 'true' },
      /^ALLOW_ANONYMOUS: needs MAGIC_HOUR_API_KEY/,
    ],
    [
      'a key for a graph that is not named',
      { APOLLO_KEY: 'service:images:5ec4e7' },
      /^APOLLO_KEY: needs APOLLO_GRAPH_REF as well: alone it reports nothing/,
    ],
    [
      'a graph without its key',
      { APOLLO_GRAPH_REF: 'images@production' },
      /^APOLLO_GRAPH_REF: needs APOLLO_KEY as well: alone it reports nothing/,
    ],
    [
      'a schema that is reported to no graph',
      { APOLLO_SCHEMA_REPORTING: 'true' },
      /^APOLLO_SCHEMA_REPORTING: needs APOLLO_KEY and APOLLO_GRAPH_REF as well: alone it reports nothing/,
    ],
    [
      'one gateway key for two tenants',
      { GATEWAY_KEYS: `shop:5ec4e7-of-the-shop,studio:sha256:${sha256('5ec4e7-of-the-shop')}` },
      /^GATEWAY_KEYS: the same key is given to two tenants/,
    ],
  ] as const)('%s', ([, environment, problem]) => {
    const problems = problemsOf(environment)
    expect(problems).toEqual([expect.stringMatching(problem)])
    expect(problems.join('\n')).not.toContain('5ec4e7')
  })

  test('several at once', () => {
    const environment = {
      NODE_ENV: 'production',
      MAGIC_HOUR_BASE_URL: 'sandbox',
      GATEWAY_KEYS: 'a:0123456789abcdef,b:0123456789abcdef',
    }
    expect(issuesOf(environment).map(({ setting }) => setting)).toEqual(['MAGIC_HOUR_BASE_URL', 'GATEWAY_KEYS'])
  })

  test.for([
    [
      'a key of its own and gateway keys',
      { ...server, MAGIC_HOUR_API_KEY: 'mhk_1', GATEWAY_KEYS: 'a:0123456789abcdef' },
    ],
    ['a key of its own that anybody may use', { ...server, MAGIC_HOUR_API_KEY: 'mhk_1', ALLOW_ANONYMOUS: 'true' }],
    ['no key at all in production', { NODE_ENV: 'production' }],
    [
      'a sandbox on its own port in production',
      { NODE_ENV: 'production', MAGIC_HOUR_BASE_URL: 'http://localhost:4010' },
    ],
    ['gateway keys before the sandbox', { GATEWAY_KEYS: 'a:0123456789abcdef' }],
  ] as const)('but not %s', ([, environment]) => {
    expect(problemsOf(environment)).toEqual([])
  })
})

test('a key that the sandbox leaves unused is worth a warning, which does not repeat it', () => {
  const { warnings } = loadConfig({ MAGIC_HOUR_API_KEY: 'mhk_5ec4e7' })
  expect(warnings).toEqual([expect.stringMatching(/^MAGIC_HOUR_API_KEY is set but not used: the sandbox answers/)])
  expect(warnings.join('\n')).not.toContain('5ec4e7')
})

test('nobody can change the configuration afterwards', () => {
  expect(Object.isFrozen(loadConfig({}))).toBe(true)
})
