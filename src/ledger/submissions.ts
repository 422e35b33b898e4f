import { z } from 'zod'
import type { SubmissionLedger } from '../domain/ledger.ts'
import type { Submission } from '../domain/submission.ts'
import type { Database } from './database.ts'
import { guard } from './guard.ts'
import { insertJob } from './job-statements.ts'
import type { ChangeListener } from './ledger.ts'
import { fromJob, fromSubmission, toJob, toSubmission } from './rows.ts'
import { noRow, once } from './statement.ts'
import {
  acceptSubmission,
  findAcceptedJob,
  findSubmission,
  findSubmissionByKey,
  insertSubmission,
} from './submission-statements.ts'

/** Someone who looks for a lost job reads no more than this many that may have made it. */
const maxCandidates = 100

/** Makes the keeper of intents. */
export const createSubmissionLedger = (database: Database, listener: ChangeListener): SubmissionLedger => {
  const [insert, find, findByKey] = [
    insertSubmission(database),
    findSubmission(database),
    findSubmissionByKey(database),
  ]
  const begin = async (intent: Submission): Promise<Submission> => {
    const { rows } = await database.run(insert(fromSubmission(intent)))
    if (rows.length > 0 || intent.idempotencyKey === null) return intent
    // The one that had the key may be gone in this moment, and the key free again.
    return (await byKey(intent.tenant, intent.idempotencyKey)) ?? begin(intent)
  }
  const byKey = async (tenant: string, idempotencyKey: string): Promise<Submission | null> => {
    const { rows } = await database.run(findByKey({ tenant, idempotency_key: idempotencyKey }))
    return rows.map(toSubmission)[0] ?? null
  }

  return {
    begin: (intent) => guard(() => begin(intent)),
    findSubmissionByKey: (tenant, idempotencyKey) => guard(() => byKey(tenant, idempotencyKey)),
    findSubmission: (id) => guard(async () => (await database.run(find({ id }))).rows.map(toSubmission)[0] ?? null),
    accept: createAccept(database, listener),
    ...createOpenSubmissions(database.db),
    ...createOutcomes(database, listener),
  }
}

/** Both rows are written, as nearly always: then what is stored is what was given. */
const jobAndOutcome = 2

/** Job and outcome in one step: a key never resolves to a job that is not there, and no paid job stands without its key. */
const createAccept = (database: Database, listener: ChangeListener): SubmissionLedger['accept'] => {
  const [insert, accept, find] = [insertJob(database), acceptSubmission(database), findAcceptedJob(database)]
  return (submissionId, job, dueAt) =>
    guard(async () => {
      const { tenant, id } = job
      const row = fromJob(job)
      const inserted = insert({ ...row, due_at: dueAt?.getTime() ?? null })
      const written = await database.writeTogether([inserted, accept({ id: submissionId, job_id: id })])
      listener.submissionChanged(submissionId)
      if (written === jobAndOutcome) return toJob(row)
      const { rows } = await database.run(find({ tenant, id, submission_id: submissionId }))
      return rows.map(toJob)[0] ?? job
    })
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

const idRow = z.object({ id: z.string() })

const createOutcomes = (
  { db, run }: Database,
  listener: ChangeListener,
): Pick<SubmissionLedger, 'renew' | 'doubt' | 'doubtExpired' | 'discard' | 'abandon'> => ({
  renew: (id, leaseUntil) =>
    guard(async () => {
      const renewed = db
        .updateTable('submissions')
        .set({ lease_until: leaseUntil.getTime() })
        .where('id', '=', id)
        .where('state', '=', 'SENDING')
      return (await run(once(noRow, renewed))).changes > 0
    }),
  doubt: (id) =>
    guard(async () => {
      const doubted = db
        .updateTable('submissions')
        .set({ state: 'UNKNOWN' })
        .where('id', '=', id)
        .where('state', '=', 'SENDING')
      await run(once(noRow, doubted))
      listener.submissionChanged(id)
    }),
  doubtExpired: (now) =>
    guard(async () => {
      const doubted = db
        .updateTable('submissions')
        .set({ state: 'UNKNOWN' })
        .where('state', '=', 'SENDING')
        // Said for SQLite: only so does it take the index of those that are open, and else reads all there ever were.
        .where('state', '<>', 'ACCEPTED')
        .where('lease_until', '<=', now.getTime())
        .returning('id')
      const { rows } = await run(once(idRow, doubted))
      for (const { id } of rows) listener.submissionChanged(id)
      return rows.length
    }),
  discard: (id) =>
    guard(async () => {
      // One that a person gave up, or that was found again, is not the sender's any more.
      const discarded = db.deleteFrom('submissions').where('id', '=', id).where('state', 'in', ['SENDING', 'UNKNOWN'])
      await run(once(noRow, discarded))
      listener.submissionChanged(id)
    }),
  abandon: (id) =>
    guard(async () => {
      const abandoned = db
        .updateTable('submissions')
        .set({ state: 'ABANDONED', idempotency_key: null })
        .where('id', '=', id)
        .where('state', '=', 'UNKNOWN')
      const { changes } = await run(once(noRow, abandoned))
      listener.submissionChanged(id)
      return changes > 0
    }),
})
