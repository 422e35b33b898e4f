import { z } from 'zod'
import { loadFigures } from '../comparison/load-protocol.ts'
import { mix } from './requests.ts'

const kinds = z.enum(Object.keys(mix))

/** What the process that makes the traffic is told. */
export const trafficOrder = z.discriminatedUnion('kind', [
  /** As many requests as go, for so long; answered with the figures. */
  z.object({ kind: z.literal('try'), port: z.int(), seconds: z.number().positive() }),
  /** So many requests a second for so long, and subscriptions that come and go; answered at once. */
  z.object({
    kind: z.literal('begin'),
    port: z.int(),
    perSecond: z.number().positive(),
    seconds: z.number().positive(),
    visitors: z.int().positive(),
  }),
  /** Answered with what it came to until now. */
  z.object({ kind: z.literal('tell') }),
  /** The same, once the last request is answered. */
  z.object({ kind: z.literal('finish') }),
])
/** See `trafficOrder`. */
export type TrafficOrder = z.output<typeof trafficOrder>

/** What the traffic came to. */
export const trafficFigures = z.object({
  /** Right answers, by the kind of the request. */
  answers: z.partialRecord(kinds, z.int()),
  /** Subscriptions that have come, and states that they have heard. */
  visits: z.int(),
  states: z.int(),
  /** null: it still goes on, or has not begun. */
  load: loadFigures.nullable(),
  /** What went wrong; the traffic has stopped then. */
  problem: z.string().nullable(),
})
/** See `trafficFigures`. */
export type TrafficFigures = z.output<typeof trafficFigures>
