import { z } from 'zod'
import { startChild } from '../comparison/child.ts'
import { treeCpuMs } from './tree-cpu.ts'

/** A PostgreSQL server of its own on loopback. Disposing of it stops it at once and removes all that it wrote. */
export interface PostgresServer extends AsyncDisposable {
  /** Of its database `postgres`, which is empty; as a superuser, without a password. */
  readonly url: string
  /** CPU time that all its processes have used up to now, in milliseconds. Rejects where there is no `/proc`. */
  cpuMs(): Promise<number>
}

const started = z.object({ url: z.string(), pid: z.int() })

/**
 * Starts a server with a new cluster, as PostgreSQL comes: durable commits, its own defaults for everything, files on disk.
 *
 * @param core  on which all its processes run; null: any
 * @returns once it takes connections
 * @throws ChildEnded with why it does not start
 */
export const startPostgres = async (core: number | null): Promise<PostgresServer> => {
  const supervisor = startChild({ folder: '.', script: ['bench/postgres/supervisor.ts'], environment: {}, core })
  const { url, pid } = started.parse(await supervisor.hear())
  return {
    url,
    cpuMs: () => treeCpuMs(pid),
    [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose](),
  }
}
