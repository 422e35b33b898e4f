import type { JobLedger, SeenRender } from '../domain/ledger.ts'
import { planLookups } from './lookup-plan.ts'
import { learnRenderTimes, priorRenderTimes } from './render-times.ts'
import type { LookupPlans } from './schedule.ts'

/** The plans of look-ups, made from the render times that the ledger has seen. */
export interface LearnedPlans {
  /** Those of this moment. */
  current(): LookupPlans
  /** Makes them anew from what was seen until now. */
  learn(): Promise<void>
}

/** How many renders are learned from: fewer are noise, more are slow to notice a change. */
const learnedFrom = 100
/** Of the newest so many, at least half have to have been told by events. */
const trustedFrom = 10

/**
 * Makes plans that learn.
 *
 * @param medianMs the median render time to begin with
 */
export const createLearnedPlans = ({
  ledger,
  medianMs,
}: {
  readonly ledger: Pick<JobLedger, 'seenRenders'>
  readonly medianMs: number
}): LearnedPlans => {
  const prior = priorRenderTimes(medianMs)
  const plan = (seen: readonly SeenRender[]): LookupPlans => {
    const times = learnRenderTimes(prior, seen)
    return {
      watched: planLookups(times, 'watched'),
      unwatched: planLookups(times, 'unwatched'),
      eventful: planLookups(times, 'eventful'),
      areEventsComing: areEventsComing(seen.slice(0, trustedFrom)),
    }
  }
  let plans = plan([])
  return {
    current: () => plans,
    learn: async () => {
      plans = plan(await ledger.seenRenders(learnedFrom))
    },
  }
}

/** Known by what arrived, not by what is configured: an address that nobody entered at Magic Hour brings nothing. */
const areEventsComing = (newest: readonly SeenRender[]): boolean => {
  const told = newest.filter(({ saidBy }) => saidBy === 'EVENT').length
  return told > 0 && told * 2 >= newest.length
}
