import { setTimeout } from 'node:timers/promises'
import type { Plan } from './options.ts'
import type { Rig } from './rig.ts'
import { startRunning, usedBetween } from './running.ts'
import type { DatabaseKind } from './store.ts'

/** Shares of a core that a gateway and its database take with nothing to do, and the gateway's memory. */
export interface Rest {
  readonly database: DatabaseKind
  readonly share: number
  readonly databaseShare: number
  readonly rssBytes: number
}

/** Watches a gateway that has nothing to do. */
export const measureRest = async (rig: Rig, { restSeconds }: Plan, database: DatabaseKind): Promise<Rest> => {
  await using running = await startRunning(rig, { database, keyOf: 'own', replicas: 1 })
  // What starting leaves to be done is over by then.
  await setTimeout(restSeconds * 250)
  const before = await running.used()
  await setTimeout(restSeconds * 1_000)
  const after = await running.used()
  const { cpuMs, databaseCpuMs } = usedBetween(before, after)
  const { rssBytes } = after
  const share = (ms: number): number => ms / (restSeconds * 1_000)
  return { database, share: share(cpuMs), databaseShare: share(databaseCpuMs), rssBytes }
}
