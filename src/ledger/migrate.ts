import { type Migration, Migrator } from 'kysely/migration'
import { type Database, DatabaseRefused } from './database.ts'
import { up as jobs } from './migrations/001-jobs.ts'
import { up as notices } from './migrations/002-notices.ts'
import { up as rareStatuses } from './migrations/003-rare-statuses.ts'

/** Every change to the tables that there ever was, in order. Appended to, never edited. */
const migrationsFor = (kind: Database['kind']): Record<string, Migration> => ({
  '001-jobs': { up: jobs },
  '002-notices': { up: kind === 'postgres' ? notices : async () => undefined },
  '003-rare-statuses': { up: rareStatuses },
})

/**
 * Brings the tables up to date. Many may do it at once: they take turns.
 *
 * @returns the names of the migrations that were made, none when all had been
 * @throws DatabaseRefused when the database is newer than this program, or a migration failed
 */
export const migrate = async ({ db, kind }: Pick<Database, 'db' | 'kind'>): Promise<string[]> => {
  const migrations = migrationsFor(kind)
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error === undefined) return results.map(({ migrationName }) => migrationName)
  const unknown = (await appliedMigrations(db)).filter((name) => !Object.hasOwn(migrations, name))
  throw unknown.length > 0
    ? new DatabaseRefused(
        `The database is newer than this program: it has «${unknown.join('», «')}», which this version does not know. Run the version that made it, or a newer one.`,
        error,
      )
    : new DatabaseRefused(`The database cannot be used: ${wordsOf(error)}`, error)
}

/** Where a name has several addresses and none answers, the error has no words of its own. */
const wordsOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : 'no reason given'
}

const appliedMigrations = async (db: Database['db']): Promise<string[]> => {
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
    .catch(() => [])
  return rows.map(({ name }) => name)
}
