import type { Job } from '../domain/job.ts'
import type { JobLedger } from '../domain/ports.ts'
import type { Submission } from '../domain/submission.ts'

/**
 * A ledger that keeps everything in this process and forgets it when the process ends.
 *
 * It holds the rules that a durable one holds too: one submission a key and tenant, a job is changed only on top of the
 * revision the change was made from.
 */
export const createMemoryLedger = (): JobLedger => {
  const submissions = new Map<string, Submission>()
  const keys = new Map<string, string>()
  const jobs = new Map<string, Job>()

  const addIfNew = (job: Job): Job => {
    const row = rowOf(job.tenant, job.id)
    const known = jobs.get(row) ?? job
    jobs.set(row, known)
    return known
  }

  return {
    begin: (intent) => {
      const key = keyOf(intent)
      const earlier = submissions.get(keys.get(key) ?? '')
      if (earlier !== undefined) return Promise.resolve(earlier)
      keys.set(key, intent.id)
      submissions.set(intent.id, intent)
      return Promise.resolve(intent)
    },
    settle: (id, outcome, job) => {
      const submission = submissions.get(id)
      if (submission !== undefined) submissions.set(id, { ...submission, outcome })
      if (job !== undefined) addIfNew(job)
      return Promise.resolve()
    },
    discard: (id) => {
      const submission = submissions.get(id)
      if (submission !== undefined) keys.delete(keyOf(submission))
      submissions.delete(id)
      return Promise.resolve()
    },
    find: (tenant, ids) => Promise.resolve(ids.flatMap((id) => jobs.get(rowOf(tenant, id)) ?? [])),
    adopt: (job) => Promise.resolve(addIfNew(job)),
    update: (job) => {
      const row = rowOf(job.tenant, job.id)
      const isNext = jobs.get(row)?.revision === job.revision - 1
      if (isNext) jobs.set(row, job)
      return Promise.resolve(isNext)
    },
  }
}

/** A submission without an idempotency key has a place of its own. */
const keyOf = ({ tenant, idempotencyKey, id }: Submission): string =>
  JSON.stringify([tenant, idempotencyKey, idempotencyKey === null ? id : null])
const rowOf = (tenant: string, id: string): string => JSON.stringify([tenant, id])
