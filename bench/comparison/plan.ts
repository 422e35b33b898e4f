import type { Candidate } from './candidates.ts'
import type { Workload } from './workloads.ts'

/** A workload with so many requests at a time. */
export interface Cell {
  readonly workload: Workload
  readonly connections: number
}

/** What a candidate is measured in, in order. */
export const cellsOf = ({ workloads }: Pick<Candidate, 'workloads'>, connections: readonly number[]): Cell[] =>
  workloads.flatMap((workload) => connections.map((count) => ({ workload, connections: count })))

/** Each workload once, before anything is measured. */
export const warmUpsOf = ({ workloads }: Pick<Candidate, 'workloads'>): Cell[] =>
  workloads.map((workload) => ({ workload, connections: 32 }))

/** A B, B A, A B ... from cell to cell and from pair to pair, so that neither is always the first. */
export const isCandidateFirst = (round: number, place: number): boolean => (round + place) % 2 === 0
