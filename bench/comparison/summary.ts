import { type Candidate, candidates } from './candidates.ts'
import type { ComparedCell, Measurement, Results } from './results.ts'
import { type Spread, spreadOf } from './statistics.ts'
import type { Workload } from './workloads.ts'

/** What the pairs of one candidate came to in one cell. */
export interface CellSummary {
  readonly workload: Workload
  readonly connections: number
  /** Requests a second, as a share of the yardstick's in the same pair. */
  readonly ratio: Spread
  /** CPU time a request, as a multiple of the yardstick's in the same pair. */
  readonly cpuRatio: Spread | null
  readonly candidate: Figures
  readonly yardstick: Figures
}

/** Medians over the pairs. */
export interface Figures {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** For 1,000 requests. */
  readonly cpuMs: number | null
  readonly rssBytes: number | null
  readonly upstreamCalls: number
  /** Share of its core that the process had. */
  readonly busy: number | null
  /** The same of the load and the stub together. */
  readonly helpersBusy: number | null
}

/** A candidate's results. */
export interface Summary {
  readonly candidate: Candidate
  readonly pairs: number
  readonly restingRssBytes: number | null
  readonly cells: readonly CellSummary[]
}

/** Of each candidate that was measured, in the order of the list. */
export const summariesOf = ({ pairs }: Pick<Results, 'pairs'>): Summary[] =>
  candidates.flatMap((candidate) => {
    const own = pairs.filter((pair) => pair.candidate === candidate.name)
    if (own.length === 0) return []
    const cells = own.flatMap((pair) => pair.cells)
    const kinds = new Map(cells.map((cell) => [`${cell.workload} ${cell.connections}`, cell]))
    return [
      {
        candidate,
        pairs: own.length,
        restingRssBytes: medianOf(own.map((pair) => pair.restingRssBytes)),
        cells: [...kinds.values()].map(({ workload, connections }) =>
          summaryOf(cells.filter((cell) => cell.workload === workload && cell.connections === connections)),
        ),
      },
    ]
  })

const summaryOf = (cells: readonly ComparedCell[]): CellSummary => ({
  workload: cells[0]?.workload ?? 'job',
  connections: cells[0]?.connections ?? 0,
  ratio: spreadOf(cells.map((cell) => rate(cell.candidate) / rate(cell.yardstick))) ?? nothing,
  cpuRatio: spreadOf(
    numbersIn(cells.map(({ candidate, yardstick }) => quotient(cpuPerThousand(candidate), cpuPerThousand(yardstick)))),
  ),
  candidate: figuresOf(cells.map((cell) => cell.candidate)),
  yardstick: figuresOf(cells.map((cell) => cell.yardstick)),
})

const nothing: Spread = { median: Number.NaN, lower: Number.NaN, upper: Number.NaN }

/** The median of each figure by itself. */
export const figuresOf = (runs: readonly Measurement[]): Figures => ({
  requestsPerSecond: medianOf(runs.map(rate)) ?? Number.NaN,
  p50Ms: medianOf(runs.map((run) => run.p50Ms)) ?? Number.NaN,
  p99Ms: medianOf(runs.map((run) => run.p99Ms)) ?? Number.NaN,
  cpuMs: medianOf(runs.map(cpuPerThousand)),
  rssBytes: medianOf(runs.map((run) => run.rssBytes)),
  upstreamCalls: medianOf(runs.map((run) => run.upstreamCalls / run.requests)) ?? Number.NaN,
  busy: medianOf(runs.map((run) => quotient(run.cpuMs, run.seconds * 1_000))),
  helpersBusy: medianOf(runs.map((run) => quotient(run.helpersCpuMs, run.seconds * 1_000))),
})

const rate = ({ requests, seconds }: Measurement): number => requests / seconds
const cpuPerThousand = ({ cpuMs, requests }: Measurement): number | null => quotient(cpuMs, requests / 1_000)

const quotient = (dividend: number | null, divisor: number | null): number | null =>
  dividend === null || divisor === null ? null : dividend / divisor

const medianOf = (values: readonly (number | null)[]): number | null => spreadOf(numbersIn(values))?.median ?? null

const numbersIn = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
