import { type Job, isFinal } from './job.ts'
import type { JobLedger, NewsSource, SeenRender } from './ledger.ts'

interface Change {
  /** Returns the same object when there is nothing to store. */
  readonly apply: (current: Job) => Job
  /** Who says so. */
  readonly saidBy: NewsSource
  readonly now: Date
}

/** Stores changes of jobs. */
export type RecordChange = (job: Job, change: Change) => Promise<Job>

/**
 * Makes the one way in which a job is changed: on top of the newest revision; when somebody else was faster, the change is
 * made again from theirs. A job that the ledger does not hold is changed for this one answer.
 */
export const createRecordChange = ({
  ledger,
}: {
  readonly ledger: Pick<JobLedger, 'find' | 'update'>
}): RecordChange => {
  const record: RecordChange = async (job, change) => {
    const [current] = await ledger.find(job.tenant, [job.id])
    if (current === undefined) return change.apply(job)
    const next = change.apply(current)
    const isStored = next === current || (await ledger.update(next, seenRender(current, next, change)))
    return isStored ? next : record(job, change)
  }
  return record
}

/** What a change to a final status tells of the render time; null when it is no such change. A person who cancels tells nothing. */
const seenRender = (before: Job, after: Job, { saidBy, now }: Change): SeenRender | null => {
  if (isFinal(before.status) || (after.status !== 'COMPLETE' && after.status !== 'ERROR')) return null
  const byMs = Math.max(0, now.getTime() - before.createdAt.getTime())
  const lastSeenMs = before.lookedUpAt === null ? 0 : before.lookedUpAt.getTime() - before.createdAt.getTime()
  return { afterMs: saidBy === 'EVENT' ? byMs : Math.min(byMs, Math.max(0, lastSeenMs)), byMs, saidBy }
}
