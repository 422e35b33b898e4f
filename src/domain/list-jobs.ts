import type { Caller } from './caller.ts'
import type { Job } from './job.ts'
import type { JobCursor, JobLedger, JobPage } from './ledger.ts'

/** One page of a caller's jobs, the newest first. */
export interface JobList {
  readonly jobs: readonly Job[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}

/** Reads one page of the caller's jobs, as they are known by now: Magic Hour is not asked. */
export type ListJobs = (caller: Caller, page: JobPage) => Promise<JobList>

/** Makes the reader of lists. A page costs one statement: one row more than asked for tells whether another page follows. */
export const createListJobs =
  ({ ledger }: { readonly ledger: Pick<JobLedger, 'list'> }): ListJobs =>
  async ({ tenant }, page) => {
    const rows = await ledger.list(tenant, { ...page, limit: page.limit + 1 })
    const jobs = rows.slice(0, page.limit)
    const isMore = rows.length > page.limit
    // Whoever comes with a cursor comes from a page on its other side.
    const isBehind = page.from !== null
    return page.direction === 'forward'
      ? { jobs, hasNextPage: isMore, hasPreviousPage: isBehind }
      : { jobs: jobs.toReversed(), hasNextPage: isBehind, hasPreviousPage: isMore }
  }

/** A job's place in the list. */
export const cursorOf = ({ createdAt, id }: Job): JobCursor => ({ createdAt, id })
