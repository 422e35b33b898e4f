import { type Kysely, sql } from 'kysely'

/**
 * For PostgreSQL alone: every change is told to all replicas when it is committed: triggers do it, so that it costs no statement of its
 * own and cannot be forgotten. On SQLite there is one process, which tells itself.
 *
 * A notice holds at most 8 000 bytes; a row that does not fit is only named, and read by whoever waits for it.
 */
export const up = async (db: Kysely<never>): Promise<void> => {
  await sql`
    create function magic_hour_graphql_job_changed() returns trigger language plpgsql as $$
    declare
      whole text := json_build_object('tenant', new.tenant, 'id', new.id, 'row', row_to_json(new))::text;
    begin
      perform pg_notify('magic_hour_graphql_jobs',
        case when octet_length(whole) < 7900 then whole
             else json_build_object('tenant', new.tenant, 'id', new.id, 'row', null)::text end);
      return null;
    end $$`.execute(db)
  await sql`
    create trigger jobs_changed after update on jobs for each row
    when (old.revision is distinct from new.revision) execute function magic_hour_graphql_job_changed()`.execute(db)
  await sql`
    create function magic_hour_graphql_submission_changed() returns trigger language plpgsql as $$
    begin
      perform pg_notify('magic_hour_graphql_submissions', old.id);
      return null;
    end $$`.execute(db)
  await sql`
    create trigger submissions_changed after update of state or delete on submissions for each row
    execute function magic_hour_graphql_submission_changed()`.execute(db)
}
