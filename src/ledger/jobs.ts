import { type ExpressionBuilder, type SelectQueryBuilder, type Selectable, sql } from 'kysely'
import { type JobStatus, isRefundOpen, isSettled } from '../domain/job.ts'
import type { JobFilter, JobLedger, JobPage } from '../domain/ledger.ts'
import type { Database } from './database.ts'
import { foldName } from './fold-name.ts'
import { guard } from './guard.ts'
import type { ChangeListener } from './ledger.ts'
import { fromJob, toJob } from './rows.ts'
import type { JobsTable, Tables } from './tables.ts'

/** Makes the keeper of jobs. */
export const createJobLedger = ({ db }: Database, listener: ChangeListener): JobLedger => ({
  ...createJobReader(db),
  ...createJobWriter(db, listener),
})

const createJobReader = (db: Database['db']): Pick<JobLedger, 'find' | 'findAnywhere' | 'list' | 'seenRenders'> => ({
  find: (tenant, ids) =>
    guard(async () => {
      if (ids.length === 0) return []
      const rows = await db.selectFrom('jobs').selectAll().where('tenant', '=', tenant).where('id', 'in', ids).execute()
      return rows.map(toJob)
    }),
  findAnywhere: (id) =>
    guard(async () => (await db.selectFrom('jobs').selectAll().where('id', '=', id).execute()).map(toJob)),
  list: (tenant, page) =>
    guard(async () => {
      const jobs = db.selectFrom('jobs').selectAll().where('tenant', '=', tenant)
      return (await inOrder(matching(jobs, page.filter), page).limit(page.limit).execute()).map(toJob)
    }),
  seenRenders: (limit) =>
    guard(async () => {
      const rows = await db
        .selectFrom('jobs')
        .select(['rendered_after_ms', 'rendered_by_ms', 'rendered_said_by'])
        .where('rendered_by_ms', 'is not', null)
        .orderBy('finished_at', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        afterMs: row.rendered_after_ms ?? 0,
        byMs: row.rendered_by_ms ?? 0,
        saidBy: row.rendered_said_by ?? 'LOOKUP',
      }))
    }),
})

const createJobWriter = (db: Database['db'], listener: ChangeListener): Pick<JobLedger, 'adopt' | 'update'> => ({
  adopt: (job, dueAt) =>
    guard(async () => {
      await db
        .insertInto('jobs')
        .values({ ...fromJob(job), due_at: dueAt?.getTime() ?? null })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing())
        .execute()
      const row = await db
        .selectFrom('jobs')
        .selectAll()
        .where('tenant', '=', job.tenant)
        .where('id', '=', job.id)
        .executeTakeFirstOrThrow()
      return toJob(row)
    }),
  update: (job, seen) =>
    guard(async () => {
      const { created_at: _made, ...row } = fromJob(job)
      const { numUpdatedRows } = await db
        .updateTable('jobs')
        .set({
          ...row,
          // Nothing is left to look for, but the refund of one that failed: that is due when the end was.
          ...(isSettled(job) && !isRefundOpen(job) && { due_at: null }),
          ...(seen !== null && {
            rendered_after_ms: seen.afterMs,
            rendered_by_ms: seen.byMs,
            rendered_said_by: seen.saidBy,
          }),
        })
        .where('tenant', '=', job.tenant)
        .where('id', '=', job.id)
        .where('revision', '=', job.revision - 1)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      listener.jobChanged(job)
      return true
    }),
})

type JobsQuery = SelectQueryBuilder<Tables, 'jobs', Selectable<JobsTable>>

const matching = (jobs: JobsQuery, { statuses, createdFrom, createdBefore, nameContains }: JobFilter): JobsQuery =>
  jobs
    .$if(statuses !== null, (query) => query.where((where) => isOneOf(where, statuses ?? [])))
    .$if(createdFrom !== null, (query) => query.where('created_at', '>=', createdFrom?.getTime() ?? 0))
    .$if(createdBefore !== null, (query) => query.where('created_at', '<', createdBefore?.getTime() ?? 0))
    .$if(nameContains !== null, (query) =>
      query.where(sql<boolean>`name_folded like ${pattern(nameContains ?? '')} escape '\\'`),
    )

/** PostgreSQL takes no empty list for one. */
const isOneOf = (where: ExpressionBuilder<Tables, 'jobs'>, statuses: readonly JobStatus[]) =>
  statuses.length === 0 ? where.lit(false) : where('status', 'in', statuses)

const pattern = (part: string): string => `%${foldName(part).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`

/** Newest first is the one order of the list; backwards it is read the other way round. */
const inOrder = (jobs: JobsQuery, { direction, from }: JobPage): JobsQuery => {
  const isForward = direction === 'forward'
  const ordered = jobs.orderBy('created_at', isForward ? 'desc' : 'asc').orderBy('id', isForward ? 'desc' : 'asc')
  if (from === null) return ordered
  const beyond = isForward ? sql`<` : sql`>`
  // Compared as a pair, so that both databases begin reading in the index at this place.
  return ordered.where(sql<boolean>`(created_at, id) ${beyond} (${from.createdAt.getTime()}, ${from.id})`)
}
