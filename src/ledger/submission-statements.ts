import { z } from 'zod'
import type { Database } from './database.ts'
import { type JobRow, type SubmissionRow, jobColumns, jobRow, submissionColumns, submissionRow } from './rows.ts'
import { noRow, prepareStatement } from './statement.ts'

const idRow = z.object({ id: z.string() })

/** Records an intent. No row: the tenant's idempotency key is taken. */
export const insertSubmission = ({ db }: Database) =>
  prepareStatement<SubmissionRow, z.output<typeof idRow>>('insert_submission', idRow, (slot) =>
    db
      .insertInto('submissions')
      .values({
        id: slot('id'),
        tenant: slot('tenant'),
        account: slot('account'),
        idempotency_key: slot('idempotency_key'),
        arguments_hash: slot('arguments_hash'),
        name: slot('name'),
        token: slot('token'),
        started_at: slot('started_at'),
        state: slot('state'),
        lease_until: slot('lease_until'),
        job_id: slot('job_id'),
      })
      .onConflict((conflict) => conflict.columns(['tenant', 'idempotency_key']).doNothing())
      .returning('id'),
  )

/** One submission. */
export const findSubmission = ({ db }: Database) =>
  prepareStatement<{ readonly id: string }, SubmissionRow>('find_submission', submissionRow, (slot) =>
    db.selectFrom('submissions').select(submissionColumns).where('id', '=', slot('id')),
  )

/** The submission that has a tenant's idempotency key. */
export const findSubmissionByKey = ({ db }: Database) =>
  prepareStatement<{ readonly tenant: string; readonly idempotency_key: string }, SubmissionRow>(
    'find_submission_by_key',
    submissionRow,
    (slot) =>
      db
        .selectFrom('submissions')
        .select(submissionColumns)
        .where('tenant', '=', slot('tenant'))
        .where('idempotency_key', '=', slot('idempotency_key')),
  )

/** Gives a submission its job, unless it has one. */
export const acceptSubmission = ({ db }: Database) =>
  prepareStatement<{ readonly id: string; readonly job_id: string }, never>('accept_submission', noRow, (slot) =>
    db
      .updateTable('submissions')
      .set({ state: 'ACCEPTED', job_id: slot('job_id') })
      .where('id', '=', slot('id'))
      .where('state', '<>', 'ACCEPTED'),
  )

interface AcceptedJobValues extends Readonly<Record<string, string>> {
  readonly submission_id: string
  readonly tenant: string
  readonly id: string
}

/** The job that a submission resolves to; of one that is not there any more, the job of this id. */
export const findAcceptedJob = ({ db }: Database) =>
  prepareStatement<AcceptedJobValues, JobRow>('find_accepted_job', jobRow, (slot) =>
    db
      .selectFrom('jobs')
      .select(jobColumns)
      .where('tenant', '=', slot('tenant'))
      .where('id', '=', (jobs) =>
        jobs.fn.coalesce(
          jobs.selectFrom('submissions').select('job_id').where('submissions.id', '=', slot('submission_id')),
          slot('id'),
        ),
      ),
  )
