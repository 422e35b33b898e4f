import type { Caller } from '../../src/domain/caller.ts'
import type { Job, JobStatus } from '../../src/domain/job.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { Secret } from '../../src/domain/secret.ts'

const createdAt = new Date('2026-01-01T00:00:00Z')
const finishedAt = new Date('2026-01-01T00:00:04Z')
const facts = {
  id: 'job-1',
  tenant: 'tenant-1',
  revision: 0,
  name: null,
  creditsCharged: 5,
  frameCost: null,
  imageCount: null,
  createdAt,
  deleted: false,
}

/** A job with this status. */
export const aJob = (status: JobStatus = 'QUEUED', changes: Partial<typeof facts> = {}): Job => {
  const job = { ...facts, ...changes }
  switch (status) {
    case 'COMPLETE':
      return { ...job, status, finishedAt, downloads: [aDownload('2026-01-02T00:00:00Z')] }
    case 'ERROR':
      return { ...job, status, finishedAt, failure: { code: 'unknown_error', message: 'It failed.' } }
    case 'CANCELED':
      return { ...job, status, finishedAt }
    case 'DRAFT':
    case 'QUEUED':
    case 'RENDERING':
      return { ...job, status, finishedAt: null }
    default:
      return status satisfies never
  }
}

/** A link that expires then. */
export const aDownload = (expiresAt: string, url = 'https://storage.example/result.png?sig=1') => ({
  url,
  expiresAt: new Date(expiresAt),
})

/** What Magic Hour says of the job with this status. */
export const aState = (status: JobStatus | null = 'QUEUED', changes: Partial<UpstreamState> = {}): UpstreamState => ({
  id: 'job-1',
  status,
  type: 'BACKGROUND_REMOVER',
  name: null,
  imageCount: null,
  createdAt: null,
  deleted: false,
  creditsCharged: null,
  frameCost: null,
  downloads: status === 'COMPLETE' ? [aDownload('2026-01-02T00:00:00Z')] : [],
  failure: status === 'ERROR' ? { code: 'processing_timeout', message: 'It took too long.' } : null,
  ...changes,
})

/** A caller whose account is shared with others. */
export const aCaller = (changes: Partial<Caller> = {}): Caller => ({
  tenant: 'tenant-1',
  apiKey: new Secret('mhk_test_0123456789'),
  ownsAccount: false,
  ...changes,
})
