import { type Child, startChild } from '../comparison/child.ts'
import type { Machine } from '../comparison/results.ts'
import { chooseCores } from '../comparison/rig.ts'
import type { LoadOrder } from './load-protocol.ts'
import { type MagicHourStub, startMagicHour } from './magic-hour.ts'
import { type DatabaseKind, type Store, openStore } from './store.ts'

/** What every measurement needs: who stands in for Magic Hour, and who makes the load. */
export interface Rig extends AsyncDisposable {
  readonly pinned: Machine['pinned']
  readonly magicHour: MagicHourStub
  /** Has the load carry out an order, and tells what it came to. */
  load(order: LoadOrder): Promise<unknown>
  /** PostgreSQL runs on the core of the load. */
  openStore(kind: DatabaseKind): Promise<Store>
}

/** Starts both, each on its core. */
export const startRig = async (): Promise<Rig> => {
  const pinned = chooseCores()
  await using resources = new AsyncDisposableStack()
  const magicHour = resources.use(await startMagicHour(pinned?.stub ?? null))
  const load: Child = resources.use(
    startChild({ folder: '.', script: ['bench/scale/load.ts'], environment: {}, core: pinned?.load ?? null }),
  )
  const kept = resources.move()
  return {
    pinned,
    magicHour,
    load: (order) => load.ask(order),
    openStore: (kind) => openStore(kind, pinned?.load ?? null),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
