import { type Kysely, sql } from 'kysely'

/**
 * Most jobs are complete. Whoever asks for the others (what is running, what failed) would otherwise read all of them to find a few.
 */
export const up = async (db: Kysely<never>): Promise<void> => {
  await sql`create index jobs_by_status on jobs (tenant, status, created_at desc, id desc) where status <> 'COMPLETE'`.execute(
    db,
  )
}
