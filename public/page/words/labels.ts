import type { Photo } from '../state/state.ts'
import { isLibraryLink } from '../wire/address.ts'
import type { Account, Job } from '../wire/operations.ts'

/** What an image costs, as the schema says. */
export const creditsAnImage = 5

const statusLabels: Readonly<Record<Job['status'], string>> = {
  DRAFT: 'Draft',
  QUEUED: 'In the queue',
  RENDERING: 'Rendering',
  COMPLETE: 'Done',
  ERROR: 'Failed',
  CANCELED: 'Canceled',
}

/** A job's status for people. */
export const statusLabel = ({ status, deleted }: Pick<Job, 'status' | 'deleted'>): string =>
  deleted ? 'Deleted' : statusLabels[status]

/** What a job is called. */
export const jobTitle = ({ name }: Pick<Job, 'name'>): string =>
  name === null || name === '' ? 'Without a name' : name

/** What a chosen photo is called. The query of an address can hold its signature, and is never shown. */
export const photoTitle = (photo: Photo): string =>
  photo.kind === 'FILE' ? photo.file.name : addressTitle(photo.address)

const addressTitle = (address: string): string => {
  const { hostname, pathname, searchParams } = new URL(address)
  const imageId = isLibraryLink(address) ? searchParams.get('imageId') : null
  const last = imageId ?? pathname.split('/').findLast((part) => part !== '') ?? hostname
  try {
    return decodeURIComponent(last)
  } catch {
    // A lone percent sign is no code of a letter.
    return last
  }
}

/** What a job cost, with its refund. */
export const creditsLabel = ({ status, creditsCharged }: Pick<Job, 'status' | 'creditsCharged'>): string => {
  if (status === 'ERROR' && creditsCharged === 0) return '0 credits (refunded)'
  if (status === 'ERROR') return `${creditsCharged} credits (refund to come)`
  return plural(creditsCharged, 'credit')
}

/** The account for people, for example «985 credits · Creator». */
export const accountLabel = ({ credits, tier }: Account): string =>
  `${plural(credits, 'credit')}${tier === null ? '' : ` · ${tier[0] ?? ''}${tier.slice(1).toLowerCase()}`}`

/** A count with its noun. */
export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`

/** A size for people. */
export const sizeLabel = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

const times = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})

/** A moment for people, for example «24 Nov, 12:08». */
export const timeLabel = (moment: string): string => times.format(new Date(moment))

/** A file name for a job's result. */
export const fileNameFor = (job: Pick<Job, 'id' | 'name'>): string => {
  const stem = (job.name ?? job.id).replaceAll(/[^\p{L}\p{N} ._-]+/gu, '-').trim()
  return `${stem === '' ? job.id : stem}.png`
}
