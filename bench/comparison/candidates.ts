import { type Dialect, type Workload, authorization } from './workloads.ts'

/** The raw proxy, to which everything is compared. */
export const yardstick = 'raw-proxy'

/** The Magic Hour key of a server with one of its own. The stub knows it: it refuses to be asked about jobs with it. */
export const serverKey = 'mhk_bench_server'

/** One way of getting at Magic Hour, with a process of its own. */
export interface Candidate {
  readonly name: string
  /** As the table has it. */
  readonly label: string
  readonly dialect: Dialect
  readonly workloads: readonly Workload[]
  /** `server`: it is sent requests. `load`: it makes the calls by itself. */
  readonly kind: 'server' | 'load'
  /** What Node runs, seen from the project's root. */
  readonly script: readonly string[]
  /** Seen from the project's root. */
  readonly folder: string
  /** `postgres`: it is given a PostgreSQL of its own, with an empty database, as `DATABASE_URL`; null: it needs none. */
  readonly database: 'postgres' | null
  /** Its settings, beside `PORT`, `UPSTREAM_URL` and `NODE_ENV=production`. */
  readonly settings: (given: { readonly upstreamUrl: string; readonly dataDir: string }) => Record<string, string>
  /** What must be said along with its figures. */
  readonly note: string
}

const bare = {
  dialect: 'contract',
  workloads: ['mutation', 'job'],
  kind: 'server',
  folder: 'bench/peers',
  database: null,
  settings: () => ({}),
} as const

const gateway = {
  ...bare,
  workloads: ['mutation', 'keyed-mutation', 'job', 'known-job'],
  script: ['src/cli.ts', 'serve'],
  folder: '.',
  settings: ({ upstreamUrl, dataDir }: { readonly upstreamUrl: string; readonly dataDir: string }) => ({
    MAGIC_HOUR_BASE_URL: upstreamUrl,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
  }),
} as const

/** In the order in which they are shown. The yardstick stands here too: measured against itself, it shows the noise. */
export const candidates: readonly Candidate[] = [
  {
    ...bare,
    name: yardstick,
    label: 'raw proxy again (control)',
    dialect: 'rest',
    script: ['raw-proxy.js'],
    note: '`node:http` and undici, the REST call handed on as it is.',
  },
  {
    ...gateway,
    name: 'gateway',
    label: 'this gateway',
    note: '`node src/cli.ts serve` as users run it: keys passed through, the ledger on SQLite with durable commits, limits, headers, and the log at `info` (to /dev/null). `job` asks for jobs that the ledger does not know: each costs one GET, and is taken into the ledger. A job it knows costs none.',
  },
  {
    ...gateway,
    name: 'gateway-postgres',
    label: 'this gateway on PostgreSQL',
    database: 'postgres',
    note: 'the same with `DATABASE_URL`: a PostgreSQL as it comes, with durable commits. It runs on the core of the load and the stub, and takes from them; what it uses itself is in no figure here, but in [SCALE.md](SCALE.md).',
  },
  {
    ...gateway,
    name: 'gateway-server-key',
    label: 'this gateway, its own key',
    workloads: ['mutation'],
    settings: (given) => ({
      ...gateway.settings(given),
      MAGIC_HOUR_API_KEY: serverKey,
      GATEWAY_KEYS: `bench:${authorization.replace('Bearer ', '')}`,
    }),
    note: 'the same with `MAGIC_HOUR_API_KEY` and `GATEWAY_KEYS`. It would look each job up until it is done; the stub refuses that with a 429, so that the work is not counted here by chance. See [SCALE.md](SCALE.md) for what it costs.',
  },
  {
    ...bare,
    name: 'mercurius',
    label: 'Mercurius + JIT',
    script: ['mercurius.js'],
    note: 'on Fastify, `jit: 1`, two resolvers.',
  },
  {
    ...bare,
    name: 'apollo-fastify',
    label: 'Apollo Server + Fastify',
    script: ['apollo-fastify.js'],
    note: 'bare, two resolvers.',
  },
  { ...bare, name: 'yoga', label: 'GraphQL Yoga', script: ['yoga.js'], note: 'on `node:http`, two resolvers.' },
  {
    ...bare,
    name: 'mesh',
    label: 'GraphQL Mesh',
    dialect: 'generated',
    script: ['node_modules/@graphql-hive/gateway/dist/bin.js', 'supergraph'],
    note: 'composed from an OpenAPI description and served by Hive Gateway, `jit: true`. Its documents have its own names.',
  },
  {
    ...bare,
    name: 'npm-client',
    label: 'npm client, no gateway',
    kind: 'load',
    dialect: 'rest',
    script: ['npm-client.js'],
    note: 'the owner’s `magic-hour`, called directly, as many calls at a time as the others have connections. Nobody sends it requests, so that its work is only the half of theirs that looks upstream.',
  },
]

/** The candidate of this name. */
export const candidateCalled = (name: string): Candidate => {
  const found = candidates.find((candidate) => candidate.name === name)
  if (found === undefined) throw new TypeError(`«${name}» is no candidate`)
  return found
}
