import { type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { Database } from './database.ts'
import { bigint, noRow, prepareStatement } from './statement.ts'
import type { Tables } from './tables.ts'

type Ms = number | null

interface ClaimValues extends Readonly<Record<string, string | Ms>> {
  readonly tenant: string
  readonly id: string
  readonly owner: string
  readonly now: number
  readonly until: number
  readonly looked_up_at: Ms
}

/** Takes one job under a lease, if it was not looked up since it was read and nobody else is at it. */
export const claimJob = ({ db }: Database) =>
  prepareStatement<ClaimValues, never>('claim_job', noRow, (slot) =>
    db
      .updateTable('jobs')
      .set({ lease_owner: slot('owner'), lease_until: slot('until') })
      .where('tenant', '=', slot('tenant'))
      .where('id', '=', slot('id'))
      .where('looked_up_at', 'is not distinct from', bigint(slot('looked_up_at')))
      .where((jobs) => isFree(jobs, slot('now'))),
  )

interface ReleaseValues extends Readonly<Record<string, string | Ms>> {
  readonly tenant: string
  readonly id: string
  readonly owner: string
  readonly now: number
  readonly answered_at: Ms
  readonly due_watched: Ms
  readonly due_unwatched: Ms
}

/** Gives a claimed job back. */
export const releaseJob = ({ db }: Database) =>
  prepareStatement<ReleaseValues, never>('release_job', noRow, (slot) =>
    db
      .updateTable('jobs')
      .set((job) => ({
        lease_owner: null,
        lease_until: null,
        looked_up_at: job.fn.coalesce(bigint(slot('answered_at')), 'looked_up_at'),
        due_at: job
          .case()
          // An event may have settled it meanwhile. Then only a failed job is asked about again, for its refund.
          .when(job.or([job('status', 'in', ['COMPLETE', 'CANCELED']), job('deleted', '=', 1)]))
          .then(null)
          // Whether somebody watches is decided at this moment: they may have come while Magic Hour was being asked.
          .when('watched_until', '>', slot('now'))
          .then(bigint(slot('due_watched')))
          .else(bigint(slot('due_unwatched')))
          .end(),
      }))
      .where('tenant', '=', slot('tenant'))
      .where('id', '=', slot('id'))
      .where('lease_owner', '=', slot('owner')),
  )

interface WatchValues extends Readonly<Record<string, string | number>> {
  readonly tenant: string
  readonly id: string
  readonly until: number
  readonly due_at: number
}

/** Marks an unfinished job as watched, and makes it due unless it is due earlier. */
export const watchJob = ({ db }: Database) =>
  prepareStatement<WatchValues, never>('watch_job', noRow, (slot) =>
    db
      .updateTable('jobs')
      .set((job) => ({
        watched_until: job
          .case()
          .when('watched_until', '>', slot('until'))
          .then(job.ref('watched_until'))
          .else(bigint(slot('until')))
          .end(),
        due_at: job
          .case()
          .when('due_at', '<', slot('due_at'))
          .then(job.ref('due_at'))
          .else(bigint(slot('due_at')))
          .end(),
      }))
      .where('tenant', '=', slot('tenant'))
      .where('id', '=', slot('id'))
      .where(isUnfinished),
  )

/** Whether a job may still come to a result: only such a one is watched. */
export const isUnfinished = (jobs: ExpressionBuilder<Tables, 'jobs'>): Expression<SqlBool> =>
  jobs.and([jobs('status', 'in', ['DRAFT', 'QUEUED', 'RENDERING']), jobs('deleted', '=', 0)])

/** Whether nobody is looking a job up. */
export const isFree = (
  jobs: ExpressionBuilder<Tables, 'jobs'>,
  now: Expression<number> | number,
): Expression<SqlBool> => jobs.or([jobs('lease_until', 'is', null), jobs('lease_until', '<=', now)])
