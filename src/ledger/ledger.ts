import type { Job } from '../domain/job.ts'
import type { Ledger } from '../domain/ledger.ts'
import type { Database } from './database.ts'
import { createEventInbox } from './event-inbox.ts'
import { createJobLedger } from './jobs.ts'
import { createLookupLedger } from './lookups.ts'
import { createSubmissionLedger } from './submissions.ts'

/** Hears of each change once it is committed. On PostgreSQL the database itself tells all replicas, and nothing is said here. */
export interface ChangeListener {
  jobChanged(job: Job): void
  submissionChanged(id: string): void
}

/** Makes the ledger over a database whose tables are up to date. Every method fails with LedgerUnavailable. */
export const createLedger = (database: Database, listener: ChangeListener): Ledger => {
  const told = database.kind === 'postgres' ? silent : listener
  return {
    ...createSubmissionLedger(database, told),
    ...createJobLedger(database, told),
    ...createLookupLedger(database),
    ...createEventInbox(database),
  }
}

const silent: ChangeListener = { jobChanged: () => undefined, submissionChanged: () => undefined }
