import type { Caller } from '../../src/domain/caller.ts'
import type { Job, JobStatus } from '../../src/domain/job.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { Secret } from '../../src/domain/secret.ts'
import type { Submission } from '../../src/domain/submission.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'

const createdAt = new Date('2026-01-01T00:00:00Z')
const finishedAt = new Date('2026-01-01T00:00:04Z')
const facts: Omit<Job, 'status' | 'finishedAt'> = {
  id: 'job-1',
  tenant: 'tenant-1',
  account: 'server',
  revision: 0,
  name: null,
  creditsCharged: 5,
  frameCost: null,
  imageCount: null,
  createdAt,
  lookedUpAt: null,
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

const apiKey = new Secret('mhk_test_0123456789')

/** A link that expires then, sealed with the key of `aCaller`. */
export const aDownload = (expiresAt: string, url = 'https://storage.example/result.png?sig=1') => ({
  sealedUrl: linkSeal.seal(apiKey, url),
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
  account: 'server',
  apiKey,
  ...changes,
})

/** A submission that is being sent. */
export const aSubmission = (changes: Partial<Submission> = {}): Submission => ({
  id: crypto.randomUUID(),
  tenant: 'tenant-1',
  account: 'server',
  idempotencyKey: null,
  argumentsHash: 'hash-1',
  name: 'Mug',
  token: null,
  startedAt: createdAt,
  outcome: { state: 'SENDING', leaseUntil: new Date('2026-01-01T00:00:15Z') },
  ...changes,
})
