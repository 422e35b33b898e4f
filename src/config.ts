import { createHash } from 'node:crypto'
import { z } from 'zod'

/** A key of our own that a caller of a server with its own Magic Hour key must show, known by its hash. */
export interface GatewayKey {
  /** Whose jobs are made under it. Two keys may share a tenant, so that a key can be replaced. */
  readonly tenant: string
  /** SHA-256 of the key, 64 hex digits. */
  readonly sha256: string
}

/** The graph at Apollo Studio that this server reports to. */
export interface StudioGraph {
  /** Its graph API key. A secret. */
  readonly key: string
  /** `graph@variant`. */
  readonly graphRef: string
  /** Whether the schema is reported too, and not only how it is used. */
  readonly reportsSchema: boolean
}

/** Everything the program can be told, checked and frozen. */
export interface Config {
  readonly isProduction: boolean
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Origins of web pages that may call this server. */
  readonly corsOrigins: readonly string[]
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** Milliseconds that requests under way are given to finish when the server stops. */
  readonly shutdownGraceMs: number
  /** `sandbox`: the embedded stand-in for Magic Hour. */
  readonly magicHourBaseUrl: URL | 'sandbox'
  /** The server's own Magic Hour key; null: each caller brings theirs. A secret. */
  readonly magicHourApiKey: string | null
  readonly gatewayKeys: readonly GatewayKey[]
  readonly allowAnonymous: boolean
  /** The secret of the account's webhooks; null: none are received. A secret. */
  readonly webhookSecret: string | null
  /** How far an event's timestamp may be from our clock, in seconds. */
  readonly webhookToleranceSeconds: number
  /** PostgreSQL, shared by any number of replicas; null: SQLite in `dataDir`. It may hold a password. A secret. */
  readonly databaseUrl: string | null
  /** The folder of the SQLite database; `memory:` keeps nothing. */
  readonly dataDir: string
  /** Where clients reach this server, without a slash at the end; null: where it listens. */
  readonly publicUrl: string | null
  /** Whether `/` is the page to try it on. */
  readonly servesPage: boolean
  /** Whether anybody may read the schema by `__schema` and `__type`. */
  readonly introspection: boolean
  /** null: nothing is reported to anybody. */
  readonly studio: StudioGraph | null
  /** null: 4010 for the `sandbox` command, any free port for the embedded one. */
  readonly sandboxPort: number | null
  /** Median render time of the sandbox, in milliseconds. */
  readonly sandboxRenderMs: number
  /** Where the sandbox sends its events: `here`, to the gateway it is embedded in; null: it sends none. */
  readonly sandboxWebhooks: URL | 'here' | null
  /** What somebody should be told at the start, although it is no mistake. */
  readonly warnings: readonly string[]
}

/** One setting that is wrong, and what to do about it. */
export interface ConfigIssue {
  readonly setting: string
  readonly problem: string
}

/** One or more settings are wrong. `issues` lists them all at once. */
export class ConfigError extends Error {
  readonly issues: readonly ConfigIssue[]

  constructor(issues: readonly ConfigIssue[]) {
    super(issues.map(({ setting, problem }) => `${setting}: ${problem}`).join('\n'))
    this.name = 'ConfigError'
    this.issues = issues
  }
}

const realBaseUrl = 'https://api.magichour.ai'

const wholeNumber = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
}
const oneOf = <T extends string>(words: readonly [T, ...T[]]) => z.enum(words, { error: `one of ${words.join(', ')}` })
const httpUrl = z.url({ protocol: /^https?$/, error: 'an http(s) URL' }).transform((text) => new URL(text))
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)
const origin = z.union([z.literal('*'), httpUrl.transform((url) => url.origin)], {
  error: 'origins as https://app.example.com, separated by commas, or «*»',
})
const graphRef = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,63}@[\w./-]{1,63}$/, 'a graph and its variant, as my-graph@production')
const secret = z.string().regex(/^[\x21-\x7e]+$/, 'visible ASCII characters only, without blanks')

/** The length of a key is what `authenticate` takes of a header. */
const gatewayKey = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}:(sha256:[0-9a-f]{64}|(?!sha256:)[\x21-\x7e]{16,512})$/i, {
    error:
      '«tenant:key» pairs, separated by commas; a key has 16 to 512 visible characters, or is «sha256:<64 hex digits>»',
  })
  .transform((pair): GatewayKey => {
    const [tenant = '', ...rest] = pair.split(':')
    const key = rest.join(':')
    const hash = /^sha256:(.*)$/i.exec(key)?.[1]
    return { tenant, sha256: hash?.toLowerCase() ?? sha256(key) }
  })

const settings = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  CORS_ORIGINS: list.pipe(z.array(origin)).optional(),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000).default(30_000),
  MAGIC_HOUR_BASE_URL: z.union([z.literal('sandbox'), httpUrl], { error: 'an http(s) URL, or «sandbox»' }).optional(),
  MAGIC_HOUR_API_KEY: secret.optional(),
  GATEWAY_KEYS: list.pipe(z.array(gatewayKey)).default([]),
  ALLOW_ANONYMOUS: oneOf(['true', 'false']).default('false'),
  MAGIC_HOUR_WEBHOOK_SECRET: secret.optional(),
  WEBHOOK_TOLERANCE_SECONDS: wholeNumber(1, 86_400).default(300),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'a URL as postgres://user:password@host/database' })
    .optional(),
  DATA_DIR: z.string().default('.data'),
  PUBLIC_URL: httpUrl.optional(),
  SERVE_PAGE: oneOf(['true', 'false']).optional(),
  INTROSPECTION: oneOf(['true', 'false']).default('true'),
  APOLLO_KEY: secret.optional(),
  APOLLO_GRAPH_REF: graphRef.optional(),
  APOLLO_SCHEMA_REPORTING: oneOf(['true', 'false']).default('false'),
  SANDBOX_PORT: wholeNumber(0, 65_535).optional(),
  SANDBOX_RENDER_MS: wholeNumber(0, 600_000).default(1_500),
  SANDBOX_WEBHOOKS: z
    .union([oneOf(['true', 'false']), httpUrl], { error: '«true», «false» or an http(s) URL' })
    .default('false'),
})

/** The names of all settings, for the documentation's test. */
export const settingNames: readonly string[] = Object.keys(settings.shape)

/** The environment of this process. Nothing else reads it. */
export const processEnvironment = (): Readonly<Record<string, string | undefined>> => process.env

/**
 * Reads the configuration from an environment. An empty variable, or a blank one, counts as not set.
 *
 * @throws ConfigError with all that is wrong
 */
export const loadConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const present = Object.entries(environment).flatMap(([name, value]) => {
    const text = value?.trim() ?? ''
    return text === '' ? [] : [[name, text] as const]
  })
  const parsed = settings.safeParse(Object.fromEntries(present))
  if (!parsed.success) throw new ConfigError(toIssues(parsed.error))
  const config = toConfig(parsed.data)
  const issues = [...contradictions(config), ...halfAGraph(parsed.data)]
  if (issues.length > 0) throw new ConfigError(issues)
  return Object.freeze(config)
}

type Settings = z.output<typeof settings>

const toConfig = (env: Settings): Config => {
  const isProduction = env.NODE_ENV === 'production'
  const magicHourBaseUrl = env.MAGIC_HOUR_BASE_URL ?? (isProduction ? new URL(realBaseUrl) : 'sandbox')
  const magicHourApiKey = env.MAGIC_HOUR_API_KEY ?? null
  return {
    isProduction,
    host: env.HOST,
    port: env.PORT,
    corsOrigins: env.CORS_ORIGINS ?? (isProduction ? [] : ['https://studio.apollographql.com']),
    logLevel: env.LOG_LEVEL,
    shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
    magicHourBaseUrl,
    magicHourApiKey,
    gatewayKeys: env.GATEWAY_KEYS,
    allowAnonymous: env.ALLOW_ANONYMOUS === 'true',
    webhookSecret: env.MAGIC_HOUR_WEBHOOK_SECRET ?? null,
    webhookToleranceSeconds: env.WEBHOOK_TOLERANCE_SECONDS,
    databaseUrl: env.DATABASE_URL ?? null,
    dataDir: env.DATA_DIR,
    publicUrl: env.PUBLIC_URL?.href.replace(/\/$/, '') ?? null,
    servesPage: env.SERVE_PAGE === undefined ? !isProduction : env.SERVE_PAGE === 'true',
    introspection: env.INTROSPECTION === 'true',
    studio: studioGraph(env),
    sandboxPort: env.SANDBOX_PORT ?? null,
    sandboxRenderMs: env.SANDBOX_RENDER_MS,
    sandboxWebhooks: sandboxWebhooksOf(env.SANDBOX_WEBHOOKS),
    warnings: [
      ...(magicHourBaseUrl === 'sandbox' && magicHourApiKey !== null ? [keyNotUsed] : []),
      ...(magicHourBaseUrl !== 'sandbox' && env.SANDBOX_WEBHOOKS !== 'false' ? [webhooksNotUsed] : []),
    ],
  }
}

const keyNotUsed = `MAGIC_HOUR_API_KEY is set but not used: the sandbox answers. Set MAGIC_HOUR_BASE_URL=${realBaseUrl} to use it.`
const webhooksNotUsed =
  'SANDBOX_WEBHOOKS is set but not used: no sandbox is embedded here. Set it where the sandbox runs.'

const studioGraph = ({ APOLLO_KEY, APOLLO_GRAPH_REF, APOLLO_SCHEMA_REPORTING }: Settings): StudioGraph | null =>
  APOLLO_KEY === undefined || APOLLO_GRAPH_REF === undefined
    ? null
    : { key: APOLLO_KEY, graphRef: APOLLO_GRAPH_REF, reportsSchema: APOLLO_SCHEMA_REPORTING === 'true' }

/** One of the two alone reports nothing, and nobody sets it for that. */
const halfAGraph = (env: Settings): ConfigIssue[] => {
  const both = ['APOLLO_KEY', 'APOLLO_GRAPH_REF'] as const
  const missing = both.filter((name) => env[name] === undefined)
  const given = [...both, 'APOLLO_SCHEMA_REPORTING' as const].filter((name) => (env[name] ?? 'false') !== 'false')
  const problem = `needs ${missing.join(' and ')} as well: alone it reports nothing.`
  return missing.length === 0 ? [] : given.map((setting) => ({ setting, problem }))
}

const sandboxWebhooksOf = (setting: 'true' | 'false' | URL): Config['sandboxWebhooks'] => {
  if (setting === 'false') return null
  return setting === 'true' ? 'here' : setting
}

const contradictions = (config: Config): ConfigIssue[] => {
  const isSandbox = config.magicHourBaseUrl === 'sandbox'
  const hasOwnKey = config.magicHourApiKey !== null
  const rules: readonly (readonly [broken: boolean, setting: string, problem: string])[] = [
    [
      isSandbox && config.isProduction,
      'MAGIC_HOUR_BASE_URL',
      'the sandbox does not stand in under NODE_ENV=production. Run `magic-hour-graphql sandbox` and give its address, or leave this setting out.',
    ],
    [
      !isSandbox && hasOwnKey && config.gatewayKeys.length === 0 && !config.allowAnonymous,
      'MAGIC_HOUR_API_KEY',
      'with a key of its own this server pays for every caller. Set GATEWAY_KEYS so that callers prove who they are, or ALLOW_ANONYMOUS=true if anybody may spend its credits.',
    ],
    [
      !isSandbox && !hasOwnKey && (config.gatewayKeys.length > 0 || config.allowAnonymous),
      config.gatewayKeys.length > 0 ? 'GATEWAY_KEYS' : 'ALLOW_ANONYMOUS',
      'needs MAGIC_HOUR_API_KEY: without it each caller brings their own Magic Hour key.',
    ],
    [
      config.sandboxWebhooks instanceof URL && config.webhookSecret === null,
      'SANDBOX_WEBHOOKS',
      'needs MAGIC_HOUR_WEBHOOK_SECRET, to sign the events with.',
    ],
    [
      hasSharedKey(config.gatewayKeys),
      'GATEWAY_KEYS',
      'the same key is given to two tenants, so that it cannot tell who is calling.',
    ],
  ]
  return rules.flatMap(([broken, setting, problem]) => (broken ? [{ setting, problem }] : []))
}

const hasSharedKey = (keys: readonly GatewayKey[]): boolean =>
  keys.some((key) => keys.some((other) => other.sha256 === key.sha256 && other.tenant !== key.tenant))

/** One a setting: a list with several wrong items is told once what it should be. */
const toIssues = ({ issues }: z.ZodError): ConfigIssue[] => {
  const problems = new Map(issues.map(({ path, message }) => [String(path[0]), `expected ${message}`]))
  return [...problems].map(([setting, problem]) => ({ setting, problem }))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
