import { ownsAccount } from '../domain/caller.ts'
import { type Job, isRefundOpen, isSettled } from '../domain/job.ts'
import type { Schedule } from '../domain/ports.ts'
import { type Attention, type LookupPlan, nextLookupAgeMs } from './lookup-plan.ts'

/** What the schedule follows at this moment. */
export interface LookupPlans extends Readonly<Record<Attention, LookupPlan>> {
  /** Whether webhooks are known to arrive for jobs of the server's own account. */
  readonly areEventsComing: boolean
}

/**
 * When a refund is looked for after a job failed (docs: image-background-remover: «credits will be refunded», without a time),
 * in milliseconds since then; after the last one no more.
 */
const refundAgesMs = [5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000] as const

/** Makes the schedule of look-ups: a pure function of the job and of the plans of this moment. */
export const createSchedule = (plans: () => LookupPlans): Schedule => ({
  dueAt: (job, { isWatched }) => {
    // Nobody here has the key of a caller who does not wait.
    if (ownsAccount(job) && !isWatched) return null
    if (!isSettled(job)) return unfinishedDueAt(job, plans(), isWatched)
    return isRefundOpen(job) ? refundDueAt(job) : null
  },
})

const unfinishedDueAt = (job: Job, plans: LookupPlans, isWatched: boolean): Date => {
  const lastMs = job.lookedUpAt?.getTime() ?? Infinity
  // Whose clock was ahead may have made it after it was looked up; the next look-up must not wait until that clock is caught up with.
  const madeMs = Math.min(job.createdAt.getTime(), lastMs)
  const lastAgeMs = job.lookedUpAt === null ? 0 : lastMs - madeMs
  const ageMs = nextLookupAgeMs(plans[attentionFor(job, plans, isWatched)], lastAgeMs)
  return new Date(Math.ceil(madeMs + lastAgeMs + (ageMs - lastAgeMs) * spread(job.id)))
}

const attentionFor = (job: Job, plans: LookupPlans, isWatched: boolean): Attention => {
  // Magic Hour sends the events of one account; of another one's jobs it says nothing.
  if (plans.areEventsComing && !ownsAccount(job)) return 'eventful'
  return isWatched ? 'watched' : 'unwatched'
}

const refundDueAt = ({ finishedAt, lookedUpAt }: Job): Date | null => {
  if (finishedAt === null) return null
  const lastAgeMs = (lookedUpAt ?? finishedAt).getTime() - finishedAt.getTime()
  const ageMs = refundAgesMs.find((age) => age > lastAgeMs)
  return ageMs === undefined ? null : new Date(finishedAt.getTime() + ageMs)
}

/** 0.95 to 1.05, always the same for one job: keeps jobs that were made together from being asked together. */
const spread = (id: string): number => {
  let hash = 0
  // A multiple of the golden ratio: ids that differ in their last letter alone are far apart too.
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x9e3779b1)
  return 0.95 + 0.1 * ((hash >>> 0) / 2 ** 32)
}
