import type { Job } from '../domain/job.ts'

/** One of a job's results: what its fields cost is paid only where they are asked for. */
export interface DownloadPlace {
  readonly job: Job
  /** From 0. */
  readonly index: number
}
