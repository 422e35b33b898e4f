import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'
import { type JobRow, type JobValues, jobColumns, jobRow } from './rows.ts'
import { bigint, noRow, prepareStatement } from './statement.ts'

type JobSlot = <K extends keyof JobValues>(name: K) => RawBuilder<JobValues[K]>

type NewJobValues = JobValues & { readonly due_at: number | null }

/** Records a job; one that is there already stays as it is. */
export const insertJob = ({ db }: Database) =>
  prepareStatement<NewJobValues, never>('insert_job', noRow, (slot) =>
    db
      .insertInto('jobs')
      .values({
        ...factsOf(slot),
        tenant: slot('tenant'),
        id: slot('id'),
        created_at: slot('created_at'),
        due_at: slot('due_at'),
      })
      .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing()),
  )

/** One job of a tenant. */
export const findJob = ({ db }: Database) =>
  prepareStatement<Pick<JobValues, 'tenant' | 'id'>, JobRow>('find_job', jobRow, (slot) =>
    db.selectFrom('jobs').select(jobColumns).where('tenant', '=', slot('tenant')).where('id', '=', slot('id')),
  )

type ChangedJobValues = JobValues & {
  readonly previous_revision: number
  /** 1: nothing is left to look for. */
  readonly is_over: number
  readonly rendered_after_ms: number | null
  readonly rendered_by_ms: number | null
  readonly rendered_said_by: string | null
}

/** Stores a changed job on top of the revision that it was made from. */
export const updateJob = ({ db }: Database) =>
  prepareStatement<ChangedJobValues, never>('update_job', noRow, (slot) =>
    db
      .updateTable('jobs')
      .set({
        ...factsOf(slot),
        due_at: sql`case when ${bigint(slot('is_over'))} = 1 then null else due_at end`,
        rendered_after_ms: sql`coalesce(${bigint(slot('rendered_after_ms'))}, rendered_after_ms)`,
        rendered_by_ms: sql`coalesce(${bigint(slot('rendered_by_ms'))}, rendered_by_ms)`,
        rendered_said_by: sql`coalesce(${slot('rendered_said_by')}, rendered_said_by)`,
      })
      .where('tenant', '=', slot('tenant'))
      .where('id', '=', slot('id'))
      .where('revision', '=', slot('previous_revision')),
  )

/** What may change of a job. */
const factsOf = (slot: JobSlot) => ({
  account: slot('account'),
  revision: slot('revision'),
  name: slot('name'),
  name_folded: slot('name_folded'),
  status: slot('status'),
  credits_charged: slot('credits_charged'),
  frame_cost: slot('frame_cost'),
  image_count: slot('image_count'),
  finished_at: slot('finished_at'),
  looked_up_at: slot('looked_up_at'),
  deleted: slot('deleted'),
  downloads: slot('downloads'),
  failure_code: slot('failure_code'),
  failure_message: slot('failure_message'),
})
