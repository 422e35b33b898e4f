import type { z } from 'zod'
import type { Account, AccountTier } from '../domain/account.ts'
import { type JobFailure, type JobStatus, creditsAnImage } from '../domain/job.ts'
import type { CreatedImage, ImageRequest, UpstreamState } from '../domain/ports.ts'
import type { UploadTicket } from '../domain/upload.ts'
import type { accountAnswer, createImageAnswer, imageProject, uploadUrlsAnswer } from './wire.ts'

const statuses: ReadonlyMap<string, JobStatus> = new Map([
  ['draft', 'DRAFT'],
  ['queued', 'QUEUED'],
  ['rendering', 'RENDERING'],
  ['complete', 'COMPLETE'],
  ['error', 'ERROR'],
  ['canceled', 'CANCELED'],
])

const tiers: ReadonlyMap<string, AccountTier> = new Map([
  ['free', 'FREE'],
  ['creator', 'CREATOR'],
  ['pro', 'PRO'],
  ['business', 'BUSINESS'],
])

/** The body of `POST /v1/image-background-remover`. What the caller left out is left out. */
export const toCreateBody = ({ imageFilePath, backgroundImageFilePath, name }: ImageRequest) => ({
  name,
  assets: {
    image_file_path: imageFilePath,
    ...(backgroundImageFilePath === null ? {} : { background_image_file_path: backgroundImageFilePath }),
  },
})

/** The body of `POST /v1/files/upload-urls`. */
export const toUploadUrlsBody = (extensions: readonly string[]) => ({
  items: extensions.map((extension) => ({ type: 'image', extension })),
})

/** The answer to a create. `frame_cost` is the old name of the same number. */
export const toCreatedImage = (answer: z.output<typeof createImageAnswer>): CreatedImage => ({
  id: answer.id,
  creditsCharged: answer.credits_charged ?? answer.frame_cost ?? creditsAnImage,
  frameCost: answer.frame_cost ?? null,
})

/**
 * A project, from a GET or an event.
 *
 * @param now  stands in for the expiry of a link that does not say when it expires, so that it is fetched anew each time
 * @param seal hides a link; null: there is no key to do it with, so that the links are left to a later look-up
 */
export const toUpstreamState = (
  project: z.output<typeof imageProject>,
  { now, seal }: { readonly now: Date; readonly seal: ((url: string) => string) | null },
): UpstreamState => ({
  id: project.id,
  status: statuses.get(project.status ?? '') ?? null,
  type: project.type ?? null,
  name: project.name ?? null,
  imageCount: project.image_count ?? null,
  createdAt: project.created_at ?? null,
  deleted: project.enabled === false,
  creditsCharged: project.credits_charged ?? null,
  frameCost: project.total_frame_cost ?? null,
  downloads:
    seal === null
      ? []
      : project.downloads.map(({ url, expires_at }) => ({ sealedUrl: seal(url), expiresAt: expires_at ?? now })),
  failure: toFailure(project.error ?? null),
})

const toFailure = (error: z.output<typeof imageProject>['error']): JobFailure | null =>
  error === null || error === undefined
    ? null
    : { code: error.code ?? 'unknown_error', message: error.message ?? 'Magic Hour gave no details.' }

/** The answer to an upload request, in the order asked. */
export const toUploadTickets = (answer: z.output<typeof uploadUrlsAnswer>): UploadTicket[] =>
  answer.items.map(({ upload_url, expires_at, file_path }) => ({
    filePath: file_path,
    uploadUrl: upload_url,
    expiresAt: expires_at,
  }))

/** The account. */
export const toAccount = ({ id, credits, tier }: z.output<typeof accountAnswer>): Account => ({
  id,
  credits,
  tier: tiers.get(tier ?? '') ?? null,
})
