import type { ColumnType } from 'kysely'
import type { JobStatus } from '../domain/job.ts'
import type { NewsSource } from '../domain/ledger.ts'

/*
 * What the migrations make. Both databases hold the same rows: times are whole milliseconds since the epoch, truth values 0 or
 * 1, lists JSON.
 */

/** Every intent to have a job made, and what became of it. */
export interface SubmissionsTable {
  readonly id: string
  readonly tenant: string
  readonly account: string
  readonly idempotency_key: string | null
  readonly arguments_hash: string
  readonly name: string
  readonly token: string | null
  readonly started_at: number
  readonly state: 'SENDING' | 'ACCEPTED' | 'UNKNOWN' | 'ABANDONED'
  readonly lease_until: number
  readonly job_id: string | null
}

/** Every job; a due row is the queue entry of its next look-up. */
export interface JobsTable {
  readonly tenant: string
  readonly id: string
  readonly account: string
  readonly revision: number
  readonly name: string | null
  /** See `foldName`. */
  readonly name_folded: string | null
  readonly status: JobStatus
  readonly credits_charged: number
  readonly frame_cost: number | null
  readonly image_count: number | null
  readonly created_at: number
  readonly finished_at: number | null
  readonly looked_up_at: number | null
  readonly deleted: number
  /** `[{sealedUrl, expiresAt}]`; null unless complete. */
  readonly downloads: string | null
  readonly failure_code: string | null
  readonly failure_message: string | null
  readonly due_at: Tracked<number>
  readonly watched_until: Tracked<number>
  readonly lease_owner: Tracked<string>
  readonly lease_until: Tracked<number>
  readonly rendered_after_ms: Tracked<number>
  readonly rendered_by_ms: Tracked<number>
  readonly rendered_said_by: Tracked<NewsSource>
}

type Tracked<T> = ColumnType<T | null, T | null | undefined, T | null>

/** Events about projects that nobody knows yet: one a project and status, which is the same event. */
export interface KeptEventsTable {
  readonly project_id: string
  readonly status: string
  readonly received_at: number
  /** By which the submission is found that made the project; null: the event did not say. */
  readonly name: string | null
  readonly state: string
}

/** All tables. */
export interface Tables {
  readonly submissions: SubmissionsTable
  readonly jobs: JobsTable
  readonly kept_events: KeptEventsTable
}
