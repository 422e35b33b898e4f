import { type JobList, cursorOf } from '../../domain/list-jobs.ts'
import { jobsArguments, parseArguments } from '../arguments.ts'
import { encodeCursor } from '../cursor.ts'
import type { BackgroundRemovalJobConnectionResolvers, QueryResolvers } from '../generated/resolvers.ts'

/** `Query.jobs`. */
export const jobListQueries = {
  jobs: (_root, args, { useCases, caller }) => useCases.listJobs(caller(), parseArguments(jobsArguments, args)),
} satisfies QueryResolvers

/** `BackgroundRemovalJobConnection`. */
export const backgroundRemovalJobConnection = {
  edges: ({ jobs }) => jobs.map((node) => ({ node, cursor: encodeCursor(cursorOf(node)) })),
  nodes: ({ jobs }) => jobs,
  pageInfo: ({ jobs, hasNextPage, hasPreviousPage }) => ({
    hasNextPage,
    hasPreviousPage,
    startCursor: cursorAt(jobs, 0),
    endCursor: cursorAt(jobs, -1),
  }),
} satisfies BackgroundRemovalJobConnectionResolvers

const cursorAt = (jobs: JobList['jobs'], index: number): string | null => {
  const job = jobs.at(index)
  return job === undefined ? null : encodeCursor(cursorOf(job))
}
