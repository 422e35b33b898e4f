import type { Caller } from './caller.ts'
import { type Download, type Job, downloadsOf } from './job.ts'
import type { LookUpJob } from './look-up-job.ts'
import type { Clock, LinkSeal } from './ports.ts'

interface ReadDownloadsDependencies {
  readonly lookUpJob: Pick<LookUpJob, 'now'>
  readonly links: Pick<LinkSeal, 'open'>
  readonly clock: Pick<Clock, 'now'>
}

/** A link, open: to be handed out and kept nowhere. */
export interface OpenDownload {
  readonly url: string
  readonly expiresAt: Date
}

/** Opens the links of a finished job; null where it has none. Empty: Magic Hour has not given any yet. */
export type ReadDownloads = (
  caller: Pick<Caller, 'apiKey'>,
  job: Job,
  /** Asks Magic Hour for new links in any case: the known ones do not work. Default: false. */
  isAnew?: boolean,
) => Promise<OpenDownload[] | null>

/** A link with less than this left is fetched anew before it is handed out. */
const freshLinkMs = 3_600_000

/** Makes the reader of links: one that is about to die costs one look-up. */
export const createReadDownloads =
  ({ lookUpJob, links, clock }: ReadDownloadsDependencies): ReadDownloads =>
  async ({ apiKey }, job, isAnew = false) => {
    const open = ({ sealedUrl, expiresAt }: Download): OpenDownload[] => {
      const url = links.open(apiKey, sealedUrl)
      return url === null ? [] : [{ url, expiresAt }]
    }
    const known = downloadsOf(job)
    if (known === null) return null
    const opened = known.flatMap(open)
    if (!isAnew && opened.length === known.length && areLong(opened, clock.now() + freshLinkMs)) return opened
    const fresh = await lookUpJob.now(job, apiKey).catch((error: unknown) => {
      // A link that still works is an answer, whatever Magic Hour's state at the moment.
      if (!isAnew && areLong(opened, clock.now())) return job
      throw error
    })
    return downloadsOf(fresh)?.flatMap(open) ?? null
  }

const areLong = (downloads: readonly OpenDownload[], untilMs: number): boolean =>
  downloads.length > 0 && downloads.every(({ expiresAt }) => expiresAt.getTime() > untilMs)
