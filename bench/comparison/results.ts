import { z } from 'zod'
import { loadFigures } from './load-protocol.ts'
import { workloads } from './workloads.ts'

/** One run of load against one process. Memory and CPU are those of the process that is measured. */
export const measurement = loadFigures.extend({
  /** null: this system does not tell. */
  cpuMs: z.number().nullable(),
  /** Resident memory right after the run. */
  rssBytes: z.number().nullable(),
  /** Of the load and the stub together. */
  helpersCpuMs: z.number().nullable(),
  upstreamCalls: z.int(),
})
/** See `measurement`. */
export type Measurement = z.output<typeof measurement>

/** The same load, against a candidate and against the yardstick, right after one another. */
export const comparedCell = z.object({
  workload: z.enum(workloads),
  connections: z.int(),
  candidate: measurement,
  yardstick: measurement,
})
/** See `comparedCell`. */
export type ComparedCell = z.output<typeof comparedCell>

/** Two fresh processes, equally warm, that were measured in turn. */
export const pair = z.object({
  candidate: z.string(),
  /** Resident memory of the candidate before the first request. */
  restingRssBytes: z.number().nullable(),
  cells: z.array(comparedCell),
})
/** See `pair`. */
export type Pair = z.output<typeof pair>

/** What it was measured on, and with. */
export const machine = z.object({
  cpu: z.string(),
  cores: z.int(),
  system: z.string(),
  node: z.string(),
  /** Core of the server, of the load and of the stub; null: processes cannot be bound to cores here. */
  pinned: z.object({ server: z.int(), load: z.int(), stub: z.int() }).nullable(),
  /** ISO 8601, the day alone. */
  date: z.string(),
  /** Of the minute before it began: anything above a few hundredths is somebody else's work. */
  loadBefore: z.number(),
  /** Whether the gateway's ledger lies in memory, where a durable commit costs nothing. */
  isLedgerInMemory: z.boolean(),
  /** Names and exact versions of what the gateway is compared with. */
  peers: z.record(z.string(), z.string()),
})
/** See `machine`. */
export type Machine = z.output<typeof machine>

/** Everything that was measured, from which the report is made. */
export const results = z.object({
  machine,
  seconds: z.number(),
  warmUpSeconds: z.number(),
  pairs: z.array(pair),
})
/** See `results`. */
export type Results = z.output<typeof results>
