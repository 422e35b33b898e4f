import { type ExpressionBuilder, sql } from 'kysely'
import type { Job } from '../domain/job.ts'
import type { Claim, LookupLedger } from '../domain/ledger.ts'
import type { Database } from './database.ts'
import { guard } from './guard.ts'
import { toJob } from './rows.ts'
import type { Tables } from './tables.ts'

/** Makes the queue of look-ups: the due rows of the jobs themselves. */
export const createLookupLedger = (database: Database): LookupLedger => {
  const { db } = database
  return {
    claimDue: (accounts, claim) =>
      guard(async () => (accounts.length === 0 ? [] : claimDue(database, accounts, claim))),
    claimOne: (job, { owner, now, until }) =>
      guard(async () => {
        const { numUpdatedRows } = await db
          .updateTable('jobs')
          .set({ lease_owner: owner, lease_until: until.getTime() })
          .where('tenant', '=', job.tenant)
          .where('id', '=', job.id)
          .where('looked_up_at', job.lookedUpAt === null ? 'is' : '=', job.lookedUpAt?.getTime() ?? null)
          .where((where) => isFree(where, now))
          .executeTakeFirst()
        return numUpdatedRows > 0n
      }),
    ...createReleases(database),
    nextDueAt: (accounts, now) =>
      guard(async () => {
        if (accounts.length === 0) return null
        const row = await db
          .selectFrom('jobs')
          .select('due_at')
          .where('account', 'in', accounts)
          .where('due_at', 'is not', null)
          .where((where) => isFree(where, now))
          .orderBy('due_at')
          .limit(1)
          .executeTakeFirst()
        return typeof row?.due_at === 'number' ? new Date(row.due_at) : null
      }),
  }
}

const claimDue = async (
  { db, kind }: Database,
  accounts: readonly string[],
  { owner, now, until, limit }: Claim & { readonly limit: number },
): Promise<Job[]> => {
  const rows = await db
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
          .where((where) => isFree(where, now))
          .orderBy('due_at')
          .limit(limit)
          // Two replicas that claim at once must not wait for each other; SQLite has only one.
          .$if(kind === 'postgres', (due) => due.forUpdate().skipLocked()),
    )
    .updateTable('jobs')
    .set({ lease_owner: owner, lease_until: until.getTime() })
    .where(sql<boolean>`(tenant, id) in (select tenant, id from due)`)
    .returningAll()
    .execute()
  // An update returns its rows in whichever order it came upon them.
  return rows.toSorted((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0)).map(toJob)
}

const createReleases = ({ db }: Database): Pick<LookupLedger, 'release' | 'watch' | 'endLeases'> => ({
  endLeases: () =>
    guard(
      async () =>
        void (await db
          .updateTable('jobs')
          .set({ lease_owner: null, lease_until: null })
          .where('lease_owner', 'is not', null)
          .execute()),
    ),
  release: (job, { owner, now, answeredAt, dueAt }) =>
    guard(async () => {
      await db
        .updateTable('jobs')
        .set((set) => ({
          lease_owner: null,
          lease_until: null,
          looked_up_at: set.fn.coalesce(set.val(answeredAt?.getTime() ?? null), 'looked_up_at'),
          due_at: set
            .case()
            // An event may have settled it meanwhile. Then only a failed job is asked about again, for its refund.
            .when(set.or([set('status', 'in', ['COMPLETE', 'CANCELED']), set('deleted', '=', 1)]))
            .then(null)
            // Whether somebody watches is decided at this moment: they may have come while Magic Hour was being asked.
            .when('watched_until', '>', now.getTime())
            .then(bigint(dueAt.watched?.getTime() ?? null))
            .else(bigint(dueAt.unwatched?.getTime() ?? null))
            .end(),
        }))
        .where('tenant', '=', job.tenant)
        .where('id', '=', job.id)
        .where('lease_owner', '=', owner)
        .execute()
    }),
  watch: (job, until, dueAt) =>
    guard(async () => {
      await db
        .updateTable('jobs')
        .set((set) => ({
          watched_until: set
            .case()
            .when('watched_until', '>', until.getTime())
            .then(set.ref('watched_until'))
            .else(bigint(until.getTime()))
            .end(),
          due_at: set
            .case()
            .when('due_at', '<', dueAt.getTime())
            .then(set.ref('due_at'))
            .else(bigint(dueAt.getTime()))
            .end(),
        }))
        .where('tenant', '=', job.tenant)
        .where('id', '=', job.id)
        .where('status', 'in', ['DRAFT', 'QUEUED', 'RENDERING'])
        .where('deleted', '=', 0)
        .execute()
    }),
})

const isFree = (where: ExpressionBuilder<Tables, 'jobs'>, now: Date) =>
  where.or([where('lease_until', 'is', null), where('lease_until', '<=', now.getTime())])

/** PostgreSQL takes a bare parameter in a `case` for a text. */
const bigint = (value: number | null) => sql<number | null>`cast(${value} as bigint)`
