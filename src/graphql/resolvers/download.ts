import { ResultGone } from '../../domain/errors.ts'
import type { OpenDownload } from '../../domain/read-downloads.ts'
import type { DownloadPlace } from '../download.ts'
import type { DownloadResolvers } from '../generated/resolvers.ts'
import type { Loaders } from '../loaders.ts'

/** `Download`: the link is opened, and fetched anew if it is about to die, only where it is asked for. */
export const download = {
  url: async (place, _args, { loaders }) => (await openLink(loaders, place)).url,
  expiresAt: async (place, _args, { loaders }) => (await openLink(loaders, place)).expiresAt,
  permanentUrl: ({ job, index }, _args, { useCases, caller, address }) =>
    address === null ? null : useCases.permanentUrl(caller(), { address, jobId: job.id, index }),
} satisfies DownloadResolvers

const openLink = async ({ downloads }: Loaders, { job, index }: DownloadPlace): Promise<OpenDownload> => {
  const link = (await downloads.load(job))?.[index]
  if (link === undefined) throw new ResultGone('This result is gone: it was deleted at Magic Hour.')
  return link
}
