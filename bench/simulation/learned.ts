import { type Attention, type LookupPlan, nextLookupAgeMs, planLookups } from '../../src/worker/lookup-plan.ts'
import { learnRenderTimes, priorRenderTimes, type SeenRender } from '../../src/worker/render-times.ts'
import { figuresOf, type Figures, type Outcome } from './figures.ts'
import type { Random } from './random.ts'

/** Our own way of following jobs. */
export interface Follower {
  readonly attention: Attention
  /** When the event for a job arrives (its age), or Infinity if it is lost or there are none. */
  readonly eventAgeMs: (renderMs: number) => number
  readonly random: Random
}

/** Figures, and what was learned on the way: the newest jobs, oldest first. */
export interface Learned {
  readonly figures: Figures
  readonly seen: readonly SeenRender[]
}

/** No event ever arrives. */
export const withoutEvents = (): number => Infinity

/** Events arrive 50 ms after the end of the render; one of a thousand is lost. */
export const withEvents =
  (random: Random) =>
  (renderMs: number): number =>
    random.uniform() < 0.999 ? renderMs + 50 : Infinity

/**
 * Follows the jobs one after the other and learns as the service does: from its own look-ups and events, never from the truth.
 *
 * @param seen what was learned before; empty for a service that starts
 */
export const followLearning = (
  rendersMs: readonly number[],
  follower: Follower,
  seen: readonly SeenRender[] = [],
): Learned => {
  let newest = seen
  let plan = learnedPlan(newest, follower.attention)
  const outcomes = rendersMs.map((renderMs, index) => {
    if (index % jobsPerPlan === 0) plan = learnedPlan(newest, follower.attention)
    const { outcome, render } = follow(renderMs, plan, follower)
    newest = [...newest, render].slice(-window)
    return outcome
  })
  return { figures: figuresOf(outcomes), seen: newest }
}

const window = 100
/** The plan is made anew every minute or so, not for each job. */
const jobsPerPlan = 10
const prior = priorRenderTimes(4_000)

const learnedPlan = (seen: readonly SeenRender[], attention: Attention): LookupPlan =>
  planLookups(learnRenderTimes(prior, seen), attention)

const follow = (
  renderMs: number,
  plan: LookupPlan,
  { eventAgeMs, random }: Follower,
): { outcome: Outcome; render: SeenRender } => {
  const eventMs = eventAgeMs(renderMs)
  let afterMs = 0
  for (let gets = 0; ; gets += 1) {
    // The jitter that callers add: up to a tenth of the time to wait, either way.
    const ageMs = afterMs + (nextLookupAgeMs(plan, afterMs) - afterMs) * (0.9 + 0.2 * random.uniform())
    if (eventMs <= ageMs) {
      return { outcome: { renderMs, gets, delayMs: eventMs - renderMs }, render: { afterMs: eventMs, byMs: eventMs } }
    }
    if (renderMs <= ageMs) {
      return { outcome: { renderMs, gets: gets + 1, delayMs: ageMs - renderMs }, render: { afterMs, byMs: ageMs } }
    }
    afterMs = ageMs
  }
}
