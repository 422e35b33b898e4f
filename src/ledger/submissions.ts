import type { Transaction } from 'kysely'
import type { Job } from '../domain/job.ts'
import type { SubmissionLedger } from '../domain/ledger.ts'
import type { Submission } from '../domain/submission.ts'
import type { Database } from './database.ts'
import { guard } from './guard.ts'
import type { ChangeListener } from './ledger.ts'
import { fromJob, fromSubmission, toJob, toSubmission } from './rows.ts'
import type { Tables } from './tables.ts'

/** Someone who looks for a lost job reads no more than this many that may have made it. */
const maxCandidates = 100

/** Makes the keeper of intents. */
export const createSubmissionLedger = ({ db }: Database, listener: ChangeListener): SubmissionLedger => {
  const begin = async (intent: Submission): Promise<Submission> => {
    const inserted = await db
      .insertInto('submissions')
      .values(fromSubmission(intent))
      .onConflict((conflict) => conflict.columns(['tenant', 'idempotency_key']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (inserted !== undefined || intent.idempotencyKey === null) return intent
    // The one that had the key may be gone in this moment, and the key free again.
    return (await findByKey(intent.tenant, intent.idempotencyKey)) ?? begin(intent)
  }
  const findByKey = async (tenant: string, idempotencyKey: string): Promise<Submission | null> => {
    const row = await db
      .selectFrom('submissions')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst()
    return row === undefined ? null : toSubmission(row)
  }

  return {
    begin: (intent) => guard(() => begin(intent)),
    findSubmissionByKey: (tenant, idempotencyKey) => guard(() => findByKey(tenant, idempotencyKey)),
    findSubmission: (id) =>
      guard(async () => {
        const row = await db.selectFrom('submissions').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? null : toSubmission(row)
      }),
    accept: (submissionId, job, dueAt) =>
      guard(async () => {
        const accepted = await db.transaction().execute((tx) => accept(tx, submissionId, { job, dueAt }))
        listener.submissionChanged(submissionId)
        return accepted
      }),
    ...createOpenSubmissions(db),
    ...createOutcomes(db, listener),
  }
}

const createOpenSubmissions = (
  db: Database['db'],
): Pick<SubmissionLedger, 'findOpenSubmissions' | 'hasOpenSubmissions'> => ({
  findOpenSubmissions: ({ name, token, startedSince }) =>
    guard(async () => {
      const rows = await db
        .selectFrom('submissions')
        .selectAll()
        .where('state', '<>', 'ACCEPTED')
        .where((where) =>
          where.or([
            where('token', '=', token ?? ''),
            where.and([where('name', '=', name ?? ''), where('started_at', '>=', startedSince.getTime())]),
          ]),
        )
        .orderBy('started_at')
        .limit(maxCandidates)
        .execute()
      return rows.map(toSubmission)
    }),
  hasOpenSubmissions: (startedSince) =>
    guard(async () => {
      const row = await db
        .selectFrom('submissions')
        .select('id')
        .where('state', '<>', 'ACCEPTED')
        .where('started_at', '>=', startedSince.getTime())
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    }),
})

const createOutcomes = (
  db: Database['db'],
  listener: ChangeListener,
): Pick<SubmissionLedger, 'renew' | 'doubt' | 'doubtExpired' | 'discard' | 'abandon'> => ({
  renew: (id, leaseUntil) =>
    guard(async () => {
      const { numUpdatedRows } = await db
        .updateTable('submissions')
        .set({ lease_until: leaseUntil.getTime() })
        .where('id', '=', id)
        .where('state', '=', 'SENDING')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    }),
  doubt: (id) =>
    guard(async () => {
      await db
        .updateTable('submissions')
        .set({ state: 'UNKNOWN' })
        .where('id', '=', id)
        .where('state', '=', 'SENDING')
        .execute()
      listener.submissionChanged(id)
    }),
  doubtExpired: (now) =>
    guard(async () => {
      const doubted = await db
        .updateTable('submissions')
        .set({ state: 'UNKNOWN' })
        .where('state', '=', 'SENDING')
        .where('lease_until', '<=', now.getTime())
        .returning('id')
        .execute()
      for (const { id } of doubted) listener.submissionChanged(id)
      return doubted.length
    }),
  discard: (id) =>
    guard(async () => {
      // One that a person gave up, or that was found again, is not the sender's any more.
      await db.deleteFrom('submissions').where('id', '=', id).where('state', 'in', ['SENDING', 'UNKNOWN']).execute()
      listener.submissionChanged(id)
    }),
  abandon: (id) =>
    guard(async () => {
      const { numUpdatedRows } = await db
        .updateTable('submissions')
        .set({ state: 'ABANDONED', idempotency_key: null })
        .where('id', '=', id)
        .where('state', '=', 'UNKNOWN')
        .executeTakeFirst()
      listener.submissionChanged(id)
      return numUpdatedRows > 0n
    }),
})

/** Job and outcome in one step: a key never resolves to a job that is not there, and no paid job stands without its key. */
const accept = async (
  tx: Transaction<Tables>,
  submissionId: string,
  { job, dueAt }: { readonly job: Job; readonly dueAt: Date | null },
): Promise<Job> => {
  await tx
    .insertInto('jobs')
    .values({ ...fromJob(job), due_at: dueAt?.getTime() ?? null })
    .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing())
    .execute()
  await tx
    .updateTable('submissions')
    .set({ state: 'ACCEPTED', job_id: job.id })
    .where('id', '=', submissionId)
    .where('state', '<>', 'ACCEPTED')
    .execute()
  const row = await tx
    .selectFrom('jobs')
    .selectAll()
    .where('tenant', '=', job.tenant)
    // Of a submission that is not there any more, the job itself.
    .where('id', '=', (id) =>
      id.fn.coalesce(
        id.selectFrom('submissions').select('job_id').where('submissions.id', '=', submissionId),
        id.val(job.id),
      ),
    )
    .executeTakeFirst()
  return row === undefined ? job : toJob(row)
}
