import { type Compilable, sql } from 'kysely'
import { z } from 'zod'
import type { Job } from '../domain/job.ts'
import type { Claim, LookupLedger } from '../domain/ledger.ts'
import type { Database } from './database.ts'
import { guard } from './guard.ts'
import { claimJob, isFree, isUnfinished, releaseJob, watchJob } from './lookup-statements.ts'
import { jobRow, toJob } from './rows.ts'
import { noRow, once } from './statement.ts'

/** Makes the queue of look-ups: the due rows of the jobs themselves. */
export const createLookupLedger = (database: Database): LookupLedger => ({
  ...createClaims(database),
  ...createReleases(database),
  nextDueAt: (accounts, now) =>
    guard(async () => {
      if (accounts.length === 0) return null
      const row = await database.db
        .selectFrom('jobs')
        .select('due_at')
        .where('account', 'in', accounts)
        .where('due_at', 'is not', null)
        .where((where) => isFree(where, now.getTime()))
        .orderBy('due_at')
        .limit(1)
        .executeTakeFirst()
      return typeof row?.due_at === 'number' ? new Date(row.due_at) : null
    }),
})

const createClaims = (database: Database): Pick<LookupLedger, 'claimDue' | 'claimOne'> => {
  const claim = claimJob(database)
  return {
    claimDue: (accounts, wish) => guard(async () => (accounts.length === 0 ? [] : claimDue(database, accounts, wish))),
    claimOne: ({ tenant, id, lookedUpAt }, { owner, now, until }) =>
      guard(async () => {
        const looked_up_at = lookedUpAt?.getTime() ?? null
        const times = { looked_up_at, now: now.getTime(), until: until.getTime() }
        return (await database.run(claim({ tenant, id, owner, ...times }))).changes > 0
      }),
  }
}

const dueRow = jobRow.extend({ due_at: z.number().nullable() })

const claimDue = async (
  database: Database,
  accounts: readonly string[],
  { owner, now, until, limit }: Claim & { readonly limit: number },
): Promise<Job[]> => {
  const claimed = database.db
    // Materialized: PostgreSQL may run a subquery several times, and skips what it locked the time before; so it would
    // claim more than the limit.
    .with(
      (cte) => cte('due').materialized(),
      (query) =>
        query
          .selectFrom('jobs')
          .select(['tenant', 'id'])
          .where('account', 'in', accounts)
          .where('due_at', '<=', now.getTime())
          .where((where) => isFree(where, now.getTime()))
          .orderBy('due_at')
          .limit(limit)
          // Two replicas that claim at once must not wait for each other; SQLite has only one.
          .$if(database.kind === 'postgres', (due) => due.forUpdate().skipLocked()),
    )
    .updateTable('jobs')
    .set({ lease_owner: owner, lease_until: until.getTime() })
    .where(sql<boolean>`(tenant, id) in (select tenant, id from due)`)
    .returningAll()
  const { rows } = await database.run(once(z.unknown(), claimed))
  // One that a newer version wrote and this one cannot read must not stand in the way of the others.
  const readable = rows.flatMap((row) => dueRow.safeParse(row).data ?? [])
  // An update returns its rows in whichever order it came upon them.
  return readable.toSorted((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0)).map(toJob)
}

const createReleases = (database: Database): Pick<LookupLedger, 'release' | 'watch' | 'keepWatched' | 'endLeases'> => {
  const [release, watch] = [releaseJob(database), watchJob(database)]
  return {
    endLeases: () =>
      guard(async () => {
        const ended = database.db
          .updateTable('jobs')
          .set({ lease_owner: null, lease_until: null })
          .where('lease_owner', 'is not', null)
        await database.run(once(noRow, ended))
      }),
    release: ({ tenant, id }, { owner, now, answeredAt, dueAt }) =>
      guard(async () => {
        const due = { due_watched: dueAt.watched?.getTime() ?? null, due_unwatched: dueAt.unwatched?.getTime() ?? null }
        const times = { now: now.getTime(), answered_at: answeredAt?.getTime() ?? null, ...due }
        await database.run(release({ tenant, id, owner, ...times }))
      }),
    watch: ({ tenant, id }, until, dueAt) =>
      guard(
        async () => void (await database.run(watch({ tenant, id, until: until.getTime(), due_at: dueAt.getTime() }))),
      ),
    keepWatched: (jobs, until) =>
      guard(async () => {
        if (jobs.length > 0) await database.run(once(noRow, keepWatched(database, jobs, until)))
      }),
  }
}

const keepWatched = (database: Database, jobs: readonly Pick<Job, 'tenant' | 'id'>[], until: Date): Compilable => {
  const keys = sql.join(jobs.map(({ tenant, id }) => sql`(${tenant}, ${id})`))
  return (
    database.db
      .with(
        (cte) => cte('mine').materialized(),
        (query) =>
          query
            .selectFrom('jobs')
            .select(['tenant', 'id'])
            .where(sql<boolean>`(tenant, id) in (values ${keys})`)
            .where('watched_until', '<', until.getTime())
            .where(isUnfinished)
            // Two replicas that renew the same marks in another order must not wait for each other. What somebody else is writing at
            // this moment has its turn at the next renewal, long before its mark ends.
            .$if(database.kind === 'postgres', (marked) => marked.forUpdate().skipLocked()),
      )
      .updateTable('jobs')
      // Where the mark had ended, a look-up may have left the job without a due time, and nobody else would give it one.
      .set((job) => ({
        watched_until: until.getTime(),
        due_at: job.fn.coalesce('due_at', sql<number>`${until.getTime()}`),
      }))
      .where(sql<boolean>`(tenant, id) in (select tenant, id from mine)`)
  )
}
