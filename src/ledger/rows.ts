import { z } from 'zod'
import type { Download, Job, JobFailure } from '../domain/job.ts'
import type { UpstreamState } from '../domain/ports.ts'
import type { Submission, SubmissionOutcome } from '../domain/submission.ts'
import { foldName } from './fold-name.ts'

const date = (ms: number): Date => new Date(ms)
const dateOrNull = (ms: number | null): Date | null => (ms === null ? null : new Date(ms))
const msOrNull = (at: Date | null): number | null => at?.getTime() ?? null

const instant = z.number().transform(date)
const download = z.object({ sealedUrl: z.string(), expiresAt: instant })
const downloadList = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(download))

const toDownloads = (text: string | null): Download[] => (text === null ? [] : downloadList.parse(text))
const fromDownloads = (downloads: readonly Download[]): string =>
  JSON.stringify(downloads.map(({ sealedUrl, expiresAt }) => ({ sealedUrl, expiresAt: expiresAt.getTime() })))

const text = z.string()
const number = z.number()
const status = z.enum(['DRAFT', 'QUEUED', 'RENDERING', 'COMPLETE', 'ERROR', 'CANCELED'])

/** A row as a notice brings it. */
export const jobRow = z.object({
  tenant: text,
  id: text,
  account: text,
  revision: number,
  name: text.nullable(),
  status,
  credits_charged: number,
  frame_cost: number.nullable(),
  image_count: number.nullable(),
  created_at: number,
  finished_at: number.nullable(),
  looked_up_at: number.nullable(),
  deleted: number,
  downloads: text.nullable(),
  failure_code: text.nullable(),
  failure_message: text.nullable(),
})

/** A row of the table of submissions. */
export const submissionRow = z.object({
  id: text,
  tenant: text,
  account: text,
  idempotency_key: text.nullable(),
  arguments_hash: text,
  name: text,
  token: text.nullable(),
  started_at: number,
  state: z.enum(['SENDING', 'ACCEPTED', 'UNKNOWN', 'ABANDONED']),
  lease_until: number,
  job_id: text.nullable(),
})

export type SubmissionRow = z.output<typeof submissionRow>

/**
 * The columns by name: PostgreSQL keeps what a prepared statement returns, and refuses one with `*` once a newer version of the
 * program has added a column.
 */
export const jobColumns = jobRow.keyof().options
export const submissionColumns = submissionRow.keyof().options

/** The columns of a job that are not the queue's. */
export type JobRow = z.output<typeof jobRow>

/** The same with what only searching needs. */
export type JobValues = JobRow & { readonly name_folded: string | null }

/** A row as the job it holds. */
export const toJob = (row: JobRow): Job => {
  const facts = {
    id: row.id,
    tenant: row.tenant,
    account: row.account,
    revision: row.revision,
    name: row.name,
    creditsCharged: row.credits_charged,
    frameCost: row.frame_cost,
    imageCount: row.image_count,
    createdAt: date(row.created_at),
    lookedUpAt: dateOrNull(row.looked_up_at),
    deleted: row.deleted === 1,
  }
  const finishedAt = date(row.finished_at ?? row.created_at)
  switch (row.status) {
    case 'COMPLETE':
      return { ...facts, status: row.status, finishedAt, downloads: toDownloads(row.downloads) }
    case 'ERROR':
      return { ...facts, status: row.status, finishedAt, failure: toFailure(row) }
    case 'CANCELED':
      return { ...facts, status: row.status, finishedAt }
    case 'DRAFT':
    case 'QUEUED':
    case 'RENDERING':
      return { ...facts, status: row.status, finishedAt: null }
    default:
      return row.status satisfies never
  }
}

const toFailure = ({ failure_code, failure_message }: JobRow): JobFailure => ({
  code: failure_code ?? 'unknown_error',
  message: failure_message ?? '',
})

/**
 * A text of Magic Hour's as both databases can hold it: PostgreSQL takes no NUL, and neither takes half a surrogate pair. A job
 * must not be lost, or asked about for ever, over a letter of its name.
 */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')
const storableOrNull = (text: string | null): string | null => (text === null ? null : storable(text))

/** A job as the row that holds it, without what only the queue of look-ups writes. */
export const fromJob = (job: Job): JobValues => ({
  tenant: job.tenant,
  id: job.id,
  account: job.account,
  revision: job.revision,
  name: storableOrNull(job.name),
  name_folded: job.name === null ? null : foldName(storable(job.name)),
  status: job.status,
  credits_charged: job.creditsCharged,
  frame_cost: job.frameCost,
  image_count: job.imageCount,
  created_at: job.createdAt.getTime(),
  finished_at: msOrNull(job.finishedAt),
  looked_up_at: msOrNull(job.lookedUpAt),
  deleted: job.deleted ? 1 : 0,
  downloads: job.status === 'COMPLETE' ? fromDownloads(job.downloads) : null,
  failure_code: job.status === 'ERROR' ? storable(job.failure.code) : null,
  failure_message: job.status === 'ERROR' ? storable(job.failure.message) : null,
})

/** A row as the submission it holds. */
export const toSubmission = (row: SubmissionRow): Submission => ({
  id: row.id,
  tenant: row.tenant,
  account: row.account,
  idempotencyKey: row.idempotency_key,
  argumentsHash: row.arguments_hash,
  name: row.name,
  token: row.token,
  startedAt: date(row.started_at),
  outcome: toOutcome(row),
})

const toOutcome = ({ state, lease_until, job_id }: SubmissionRow): SubmissionOutcome => {
  switch (state) {
    case 'SENDING':
      return { state, leaseUntil: date(lease_until) }
    case 'ACCEPTED':
      return { state, jobId: job_id ?? '' }
    case 'UNKNOWN':
    case 'ABANDONED':
      return { state }
    default:
      return state satisfies never
  }
}

/** A submission that is about to be sent, as its row. */
export const fromSubmission = (submission: Submission): SubmissionRow => ({
  id: submission.id,
  tenant: submission.tenant,
  account: submission.account,
  idempotency_key: submission.idempotencyKey,
  arguments_hash: submission.argumentsHash,
  name: submission.name,
  token: submission.token,
  started_at: submission.startedAt.getTime(),
  state: submission.outcome.state,
  lease_until: submission.outcome.state === 'SENDING' ? submission.outcome.leaseUntil.getTime() : 0,
  job_id: submission.outcome.state === 'ACCEPTED' ? submission.outcome.jobId : null,
})

const upstreamState = z.object({
  id: z.string(),
  status: status.nullable(),
  type: z.string().nullable(),
  name: z.string().nullable(),
  imageCount: z.number().nullable(),
  createdAt: instant.nullable(),
  deleted: z.boolean(),
  creditsCharged: z.number().nullable(),
  frameCost: z.number().nullable(),
  downloads: z.array(download),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
})

/** What an event said, as text. */
export const fromUpstreamState = (state: UpstreamState): string =>
  JSON.stringify({
    ...state,
    createdAt: msOrNull(state.createdAt),
    downloads: state.downloads.map(({ sealedUrl, expiresAt }) => ({ sealedUrl, expiresAt: expiresAt.getTime() })),
  })

/** The text of an event, understood again; null: it cannot be. */
export const toUpstreamState = (text: string): UpstreamState | null => {
  try {
    return upstreamState.parse(JSON.parse(text))
  } catch {
    return null
  }
}
