import { type ExpressionBuilder, type SelectQueryBuilder, type Selectable, sql } from 'kysely'
import { type JobStatus, isRefundOpen, isSettled } from '../domain/job.ts'
import type { JobFilter, JobLedger, JobPage } from '../domain/ledger.ts'
import type { Database } from './database.ts'
import { foldName } from './fold-name.ts'
import { guard } from './guard.ts'
import { findJob, insertJob, updateJob } from './job-statements.ts'
import type { ChangeListener } from './ledger.ts'
import { fromJob, toJob } from './rows.ts'
import type { JobsTable, Tables } from './tables.ts'

/** Makes the keeper of jobs. */
export const createJobLedger = (database: Database, listener: ChangeListener): JobLedger => ({
  find: createFind(database),
  ...createJobReader(database),
  ...createJobWriter(database, listener),
})

const createFind = (database: Database): JobLedger['find'] => {
  const one = findJob(database)
  return (tenant, ids) =>
    guard(async () => {
      const [id, ...others] = ids
      if (id === undefined) return []
      if (others.length === 0) return (await database.run(one({ tenant, id }))).rows.map(toJob)
      const { db } = database
      const rows = await db.selectFrom('jobs').selectAll().where('tenant', '=', tenant).where('id', 'in', ids).execute()
      return rows.map(toJob)
    })
}

const createJobReader = ({ db }: Database): Pick<JobLedger, 'findAnywhere' | 'list' | 'seenRenders'> => ({
  findAnywhere: (id) =>
    guard(async () => (await db.selectFrom('jobs').selectAll().where('id', '=', id).execute()).map(toJob)),
  list: (tenant, page) =>
    guard(async () => {
      const jobs = db.selectFrom('jobs').selectAll().where('tenant', '=', tenant)
      return (
        await inOrder(matching(among(db, jobs, page), page.filter), page)
          .limit(page.limit)
          .execute()
      ).map(toJob)
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

const createJobWriter = (database: Database, listener: ChangeListener): Pick<JobLedger, 'adopt' | 'update'> => {
  const [insert, find, update] = [insertJob(database), findJob(database), updateJob(database)]
  return {
    adopt: (job, dueAt) =>
      guard(async () => {
        const row = fromJob(job)
        const { changes } = await database.run(insert({ ...row, due_at: dueAt?.getTime() ?? null }))
        if (changes > 0) return toJob(row)
        const { rows } = await database.run(find(job))
        return rows.map(toJob)[0] ?? job
      }),
    update: (job, seen) =>
      guard(async () => {
        const changed = update({
          ...fromJob(job),
          previous_revision: job.revision - 1,
          // But the refund of one that failed: that is due when the end was.
          is_over: isSettled(job) && !isRefundOpen(job) ? 1 : 0,
          rendered_after_ms: seen?.afterMs ?? null,
          rendered_by_ms: seen?.byMs ?? null,
          rendered_said_by: seen?.saidBy ?? null,
        })
        if ((await database.run(changed)).changes === 0) return false
        listener.jobChanged(job)
        return true
      }),
  }
}

type JobsQuery = SelectQueryBuilder<Tables, 'jobs', Selectable<JobsTable>>

/**
 * The jobs to choose a page from. Of statuses that few jobs have, each has its own place in an index, and the page is among the
 * first of each.
 */
const among = (db: Database['db'], jobs: JobsQuery, page: JobPage): JobsQuery => {
  const { statuses } = page.filter
  const [first, ...others] = statuses === null || statuses.includes('COMPLETE') ? [] : new Set(statuses)
  if (first === undefined) return jobs
  const firstOf = (status: JobStatus) => {
    // Said as in the index, or the databases do not see that it serves.
    const rare = matching(jobs.where(sql<boolean>`status <> 'COMPLETE'`), { ...page.filter, statuses: [status] })
    return db.selectFrom(inOrder(rare, page).limit(page.limit).as('of_status')).selectAll()
  }
  const all = others.reduce((query, status) => query.unionAll(firstOf(status)), firstOf(first))
  return db.selectFrom(all.as('jobs')).selectAll()
}

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
