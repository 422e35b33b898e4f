import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { type Child, startChild } from './child.ts'
import type { Machine } from './results.ts'

/** What every measurement needs: the stub, and who makes the load. */
export interface Rig extends AsyncDisposable {
  readonly pinned: Machine['pinned']
  readonly load: Child
  readonly stub: Child
  readonly stubPort: number
  /** Calls that the stub has had up to now. */
  upstreamCalls(): Promise<number>
}

const told = z.object({ port: z.int() })
const counted = z.object({ calls: z.int() })

/** Starts the stub and the load, each on its core. */
export const startRig = async (): Promise<Rig> => {
  const pinned = chooseCores()
  const stub = startChild({
    folder: '.',
    script: ['bench/comparison/stub.ts'],
    environment: {},
    core: pinned?.stub ?? null,
  })
  const { port } = told.parse(await stub.hear())
  const load = startChild({
    folder: '.',
    script: ['bench/comparison/load.ts'],
    environment: {},
    core: pinned?.load ?? null,
  })
  return {
    pinned,
    load,
    stub,
    stubPort: port,
    upstreamCalls: async () => counted.parse(await stub.ask({})).calls,
    [Symbol.asyncDispose]: async () => {
      await load[Symbol.asyncDispose]()
      await stub[Symbol.asyncDispose]()
    },
  }
}

/** The server has a core for itself. With two cores, the load and the stub share the other. */
export const chooseCores = (): Machine['pinned'] => {
  const canBind = spawnSync('taskset', ['--version']).status === 0
  const cores = availableParallelism()
  return canBind && cores >= 2 ? { server: 0, load: 1, stub: cores > 2 ? 2 : 1 } : null
}
