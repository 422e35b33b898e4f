import { type Server, startServer } from '../comparison/server-process.ts'
import { usageOf } from '../comparison/usage.ts'
import { webhookSecret } from '../../test/support/webhook-event.ts'
import type { Rig } from './rig.ts'
import type { DatabaseKind, Store } from './store.ts'
import { gatewayKey, serverKey, tenantName } from './wire.ts'

/** `passed-through`: callers bring their keys, and a job is followed only while somebody waits; `own`: it follows all of them. */
export type KeyOf = 'passed-through' | 'own'

/** What is to run. */
export interface RunningCase {
  readonly database: DatabaseKind
  readonly keyOf: KeyOf
  readonly replicas: number
}

/** What was used and done up to a moment, or between two. Of several replicas, their sum. */
export interface Used {
  readonly jobs: number
  readonly cpuMs: number
  readonly databaseCpuMs: number
  readonly gets: number
  readonly events: number
}

/** Gateways on a database of their own. */
export interface Running extends AsyncDisposable {
  readonly store: Store
  readonly ports: readonly number[]
  /** Up to now; and the memory of the gateways together at this moment. */
  used(): Promise<Used & { readonly rssBytes: number }>
  /** Ends the gateways, and leaves the database. */
  endGateways(): Promise<void>
}

/** This system does not tell what a process has used. */
export class UsageUnknown extends Error {
  constructor() {
    super('What processes use is read from /proc, which this system has not got.')
    this.name = 'UsageUnknown'
  }
}

/** Starts gateways on an empty database. */
export const startRunning = async (rig: Rig, { database, ...gateways }: RunningCase): Promise<Running> => {
  await using resources = new AsyncDisposableStack()
  const store = resources.use(await rig.openStore(database))
  const running = resources.use(await startOn(rig, store, gateways))
  const kept = resources.move()
  return { ...running, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** Starts gateways on a database that there is already. */
export const startOn = async (
  rig: Rig,
  store: Store,
  { keyOf, replicas }: Omit<RunningCase, 'database'>,
): Promise<Running> => {
  await using resources = new AsyncDisposableStack()
  const servers: Server[] = []
  for (let count = 0; count < replicas; count += 1) servers.push(resources.use(await startGateway(rig, store, keyOf)))
  const kept = resources.move()
  return {
    store,
    ports: servers.map(({ port }) => port),
    used: async () => {
      const [usages, databaseCpuMs, { creates, gets, events }] = await Promise.all([
        Promise.all(servers.map(usageOfServer)),
        store.cpuMs(),
        rig.magicHour.counts(),
      ])
      const sum = (pick: (usage: (typeof usages)[number]) => number): number =>
        usages.reduce((total, usage) => total + pick(usage), 0)
      const own = { cpuMs: sum(({ cpuMs }) => cpuMs), rssBytes: sum(({ rssBytes }) => rssBytes) }
      return { ...own, databaseCpuMs, jobs: creates, gets, events }
    },
    endGateways: () => kept.disposeAsync(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** `node src/cli.ts serve` as users run it, the log at `info` (to /dev/null). */
const startGateway = ({ magicHour, pinned }: Rig, store: Store, keyOf: KeyOf): Promise<Server> =>
  startServer({
    script: ['src/cli.ts', 'serve'],
    folder: '.',
    environment: {
      MAGIC_HOUR_BASE_URL: magicHour.url,
      MAGIC_HOUR_WEBHOOK_SECRET: webhookSecret,
      LOG_LEVEL: 'info',
      ...store.settings,
      ...(keyOf === 'own' && { MAGIC_HOUR_API_KEY: serverKey, GATEWAY_KEYS: `${tenantName}:${gatewayKey}` }),
    },
    core: pinned?.server ?? null,
  })

const usageOfServer = async ({ process }: Server) => {
  const usage = await usageOf(process.pid)
  if (usage === null) throw new UsageUnknown()
  return usage
}

/** What came between two moments. */
export const usedBetween = (before: Used, after: Used): Used => ({
  jobs: after.jobs - before.jobs,
  cpuMs: after.cpuMs - before.cpuMs,
  databaseCpuMs: after.databaseCpuMs - before.databaseCpuMs,
  gets: after.gets - before.gets,
  events: after.events - before.events,
})
