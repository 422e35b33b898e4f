import { z } from 'zod'

/** What the process that makes the load is told, one at a time. */
export const loadOrder = z.discriminatedUnion('kind', [
  z.object({
    /** Has jobs made from now on, evenly through all the gateways. */
    kind: z.literal('begin'),
    ports: z.array(z.int()).readonly(),
    perSecond: z.number(),
    /** Whether each job is subscribed to. */
    isWatched: z.boolean(),
  }),
  /** Makes no more, and waits for what is still to come. */
  z.object({ kind: z.literal('end') }),
  z.object({
    /** Asks the same again and again, one at a time. */
    kind: z.literal('repeat'),
    port: z.int(),
    body: z.string(),
    /** What each answer must contain. */
    expects: z.string(),
    seconds: z.number(),
  }),
])
/** See `loadOrder`. */
export type LoadOrder = z.output<typeof loadOrder>
