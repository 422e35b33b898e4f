import type { Dialect, Workload } from './workloads.ts'

/** The raw proxy, to which everything is compared. */
export const yardstick = 'raw-proxy'

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
  settings: () => ({}),
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
    ...bare,
    name: 'gateway',
    label: 'this gateway',
    workloads: ['mutation', 'keyed-mutation', 'job', 'known-job'],
    script: ['src/cli.ts', 'serve'],
    folder: '.',
    settings: ({ upstreamUrl, dataDir }) => ({
      MAGIC_HOUR_BASE_URL: upstreamUrl,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
    }),
    note: '`node src/cli.ts serve` as users run it: keys passed through, the ledger on SQLite with durable commits, limits, headers, and the log at `info` (to /dev/null). `job` asks for jobs that the ledger does not know: each costs one GET, and is taken into the ledger. A job it knows costs none.',
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
