import { type Kysely, sql } from 'kysely'

/**
 * Jobs, the intents to make them, and events that came before their job.
 *
 * The list of a tenant's jobs, the queue of look-ups and the newest render times each have an index that fits them, so that
 * none of them slows down as jobs pile up.
 */
export const up = async (db: Kysely<never>): Promise<void> => {
  await makeSubmissions(db)
  await makeJobs(db)
  await db.schema
    .createTable('kept_events')
    .addColumn('project_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('kept_events_pkey', ['project_id', 'status'])
    .execute()
}

const makeSubmissions = async (db: Kysely<never>): Promise<void> => {
  await db.schema
    .createTable('submissions')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('arguments_hash', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('token', 'text')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('job_id', 'text')
    .addPrimaryKeyConstraint('submissions_pkey', ['id'])
    .addUniqueConstraint('submissions_idempotency_key', ['tenant', 'idempotency_key'])
    .addUniqueConstraint('submissions_token', ['token'])
    .addCheckConstraint('submissions_state', sql`state in ('SENDING', 'ACCEPTED', 'UNKNOWN', 'ABANDONED')`)
    .addCheckConstraint('submissions_accepted_with_job', sql`(state = 'ACCEPTED') = (job_id is not null)`)
    .execute()
  // Few are open at a time, among all that ever were.
  await sql`create index submissions_open on submissions (name) where state <> 'ACCEPTED'`.execute(db)
}

const makeJobs = async (db: Kysely<never>): Promise<void> => {
  await db.schema
    .createTable('jobs')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('name_folded', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('credits_charged', 'integer', (column) => column.notNull())
    .addColumn('frame_cost', 'integer')
    .addColumn('image_count', 'integer')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('looked_up_at', 'bigint')
    .addColumn('deleted', 'integer', (column) => column.notNull())
    .addColumn('downloads', 'text')
    .addColumn('failure_code', 'text')
    .addColumn('failure_message', 'text')
    .addColumn('due_at', 'bigint')
    .addColumn('watched_until', 'bigint')
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('rendered_after_ms', 'bigint')
    .addColumn('rendered_by_ms', 'bigint')
    .addColumn('rendered_said_by', 'text')
    .addPrimaryKeyConstraint('jobs_pkey', ['tenant', 'id'])
    .execute()
  await db.schema.createIndex('jobs_by_id').on('jobs').column('id').execute()
  await db.schema.createIndex('jobs_list').on('jobs').columns(['tenant', 'created_at desc', 'id desc']).execute()
  await sql`create index jobs_due on jobs (account, due_at) where due_at is not null`.execute(db)
  await sql`create index jobs_rendered on jobs (finished_at) where rendered_by_ms is not null`.execute(db)
}
