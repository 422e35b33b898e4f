import DataLoader from 'dataloader'
import type { Caller } from '../domain/caller.ts'
import type { Job } from '../domain/job.ts'
import type { ReadJobs } from '../domain/read-jobs.ts'

/** The loaders of one request: what is asked for several times in it is fetched once. */
export interface Loaders {
  readonly job: DataLoader<string, Job | null>
}

/** Makes the loaders of one request. `caller` is asked only when something is loaded. */
export const createLoaders = (readJobs: ReadJobs, caller: () => Caller): Loaders => ({
  job: new DataLoader(async (ids) => readJobs(caller(), ids)),
})
