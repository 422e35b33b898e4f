import DataLoader from 'dataloader'
import { asError } from '../domain/as-error.ts'
import type { Caller } from '../domain/caller.ts'
import { InvalidArgument } from '../domain/errors.ts'
import type { Job } from '../domain/job.ts'
import type { OpenDownload, ReadDownloads } from '../domain/read-downloads.ts'
import type { ReadJobs } from '../domain/read-jobs.ts'
import { maxAtOnce } from './limits.ts'

/** The loaders of one request: what is asked for several times in it is fetched once. */
export interface Loaders {
  readonly job: DataLoader<string, Job | null>
  /** The open links of a job: see `ReadDownloads`. */
  readonly downloads: DataLoader<Job, OpenDownload[] | null, string>
}

/** Makes the loaders of one request. `caller` is asked only when something is loaded. */
export const createLoaders = (
  { readJobs, readDownloads }: { readonly readJobs: ReadJobs; readonly readDownloads: ReadDownloads },
  caller: () => Caller,
): Loaders => ({
  job: new DataLoader(async (ids) => {
    // `nodes` limits its own list, but aliases multiply it, and Magic Hour may have to be asked about each id.
    if (ids.length > maxAtOnce) throw new InvalidArgument('ids', `ask for at most ${maxAtOnce} jobs in one request.`)
    return readJobs(caller(), ids)
  }),
  downloads: new DataLoader(
    (jobs) => Promise.all(jobs.map((job) => readDownloads(caller(), job).catch((error: unknown) => asError(error)))),
    { cacheKeyFn: ({ id, revision }) => `${id} ${revision}` },
  ),
})
