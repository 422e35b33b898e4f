import { z } from 'zod'
import { startChild } from '../comparison/child.ts'

/** What the stub is told: what to do from now on, with nothing of what was before; or null: only to tell what it has counted. */
export const stubOrder = z.object({
  mode: z
    .object({
      /** `usual`: as long as Magic Hour takes, by what is published; `never`: nothing is ever done. */
      renders: z.enum(['usual', 'never']),
      /** Those that would take longer take this long. */
      longestRenderMs: z.number(),
      /** The port of the gateway that its events go to; null: it sends none. */
      eventPort: z.int().nullable(),
    })
    .nullable(),
})
/** See `stubOrder`. */
export type StubOrder = z.output<typeof stubOrder>

/** What the stub has counted since it was told what to do. */
export const counts = z.object({
  creates: z.int(),
  gets: z.int(),
  /** Those that were taken. */
  events: z.int(),
  /** Jobs of which nobody has been told yet that they are complete. */
  unfinished: z.int(),
})
/** See `counts`. */
export type Counts = z.output<typeof counts>

const started = z.object({ port: z.int() })

/** What stands in for Magic Hour, in a process of its own. */
export interface MagicHourStub extends AsyncDisposable {
  readonly url: string
  begin(mode: NonNullable<StubOrder['mode']>): Promise<void>
  counts(): Promise<Counts>
}

/** Starts the stub. */
export const startMagicHour = async (core: number | null): Promise<MagicHourStub> => {
  const child = startChild({ folder: '.', script: ['bench/scale/stub.ts'], environment: {}, core })
  const { port } = started.parse(await child.hear())
  const ask = async (order: StubOrder): Promise<Counts> => counts.parse(await child.ask(order))
  return {
    url: `http://127.0.0.1:${port}`,
    begin: async (mode) => void (await ask({ mode })),
    counts: () => ask({ mode: null }),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}
