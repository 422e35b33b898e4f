import { z } from 'zod'
import { dialects, workloads } from './workloads.ts'

/** What a process that makes load is told: as many requests as go, or so many a second, so many at a time, for so long. */
export const loadOrder = z.object({
  /** Where the server listens on loopback; where the load calls no server, the stub's port. */
  port: z.int(),
  dialect: z.enum(dialects),
  workload: z.enum(workloads),
  connections: z.int().positive(),
  seconds: z.number().positive(),
  /** Left out: each connection is kept busy. */
  perSecond: z.number().positive().optional(),
  /** Whether the connections stay open for the next order that needs the same ones. */
  keepsConnections: z.boolean().default(false),
  /** 8 characters that no other run has. */
  run: z.string().length(8),
})
/** See `loadOrder`. */
export type LoadOrder = z.output<typeof loadOrder>

/** What it came to. */
export const loadFigures = z.object({
  requests: z.int().nonnegative(),
  /** From the first request to the last answer. */
  seconds: z.number().positive(),
  p50Ms: z.number().nonnegative(),
  p99Ms: z.number().nonnegative(),
  /** How late requests left that a timetable named the moment of (p99): what the load itself is to blame for. */
  lateP99Ms: z.number().nonnegative().optional(),
})
/** See `loadFigures`. */
export type LoadFigures = z.output<typeof loadFigures>

/** What the process answers: the figures, or what was wrong. */
export const loadAnswer = z.union([loadFigures, z.object({ problem: z.string() })])

/** Takes orders from the process that started this one, one at a time, until it ends. */
export const takeOrders = (carryOut: (order: LoadOrder) => Promise<LoadFigures>): void => {
  process.on('message', (message) => {
    void carryOut(loadOrder.parse(message))
      .catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }))
      .then((answer) => process.send?.(answer))
  })
  process.once('disconnect', () => process.exit())
}
