import { normalShareBelow } from './normal.ts'
import { type RenderTimes, strays } from './render-times.ts'

/**
 * Who needs the job.
 *
 * - `watched`: somebody waits for it
 * - `unwatched`: nobody does, so a few calls will do
 * - `eventful`: webhooks are known to arrive, so the first look-up comes only when nearly every job would be done and the event
 *   is overdue
 */
export type Attention = 'watched' | 'unwatched' | 'eventful'

/** Ages (ms since the job was made, rising, at least one) at which a job is looked up; what comes after: `nextLookupAgeMs`. */
export interface LookupPlan {
  readonly agesMs: readonly number[]
}

/**
 * The ages at which a job is looked up, so that the mean of the relative delay (from the end of the render to the look-up that
 * sees it, over the render time) plus a price for each GET is least.
 *
 * Found by dynamic programming over ages 3 % apart, which costs 0.1 % at most; takes less than a millisecond. All ages are in proportion to the median, so
 * that a stand-in that renders in 20 ms is asked in the same pattern as Magic Hour.
 */
export const planLookups = ({ medianMs, sigma }: RenderTimes, attention: Attention): LookupPlan => {
  const ages = attention === 'eventful' ? [overdueAge(sigma)] : cheapestAges(sigma, lookupPrice[attention])
  return { agesMs: ages.map((age) => age * medianMs) }
}

/**
 * The age of the first look-up after `lastAgeMs`, the age when the job was looked up last (0: never).
 *
 * Beyond the plan the gaps grow by half each time, up to 10 minutes; a job older than a day is looked up once an hour. A look-up
 * that is less than half its own gap away is left out: after one that came late, the next is neither at once nor one for each
 * age missed. May be in the past, when somebody begins to wait or the worker was held up: then it is due now, once.
 *
 * Jobs made together are kept from being looked up together by the caller, who may move each by up to a tenth of the time since
 * the last look-up. Up to half a gap early does no harm.
 */
export const nextLookupAgeMs = ({ agesMs }: LookupPlan, lastAgeMs: number): number => {
  if (lastAgeMs >= dayMs) return lastAgeMs + hourMs
  let before = 0
  let gap = 0
  for (const age of agesMs) {
    gap = age - before
    if (age - lastAgeMs >= gap / 2) return age
    before = age
  }
  do {
    gap = Math.min(longestGapMs, Math.max(1, gap * 1.5))
    before += gap
  } while (before - lastAgeMs < gap / 2)
  return before
}

const longestGapMs = 600_000
const hourMs = 3_600_000
const dayMs = 86_400_000

/** What a GET is worth in relative delay. With the prior: 4 GETs at a median delay of 13 %, and 2 at 33 % (bench/LOOKUPS.md). */
const lookupPrice = { watched: 0.045, unwatched: 0.3 } as const

/** 99.5 % of the usual jobs are done by then, in medians. */
const overdueAge = (sigma: number): number => Math.max(3, Math.exp(2.6 * sigma))

/** A moment at which a job may be looked up, in medians, with what is known of it. */
interface Moment {
  readonly age: number
  /** Share of the jobs done by then. */
  readonly done: number
  /** Mean over all jobs of 1 / render time, counted only where done by then: it turns a delay into a relative one. */
  readonly inverse: number
}

/** The best that can be done once a job was looked up at this moment. */
interface Stop extends Moment {
  readonly cost: number
  readonly next: Stop | null
}

const cheapestAges = (sigma: number, price: number): number[] => {
  const [last, ...earlier] = momentsBackwards(sigma)
  const stops: Stop[] = [{ ...last, cost: 0, next: null }]
  for (const moment of earlier) stops.push(cheapestStop(moment, stops, price))
  const ages: number[] = []
  for (let stop = stops.at(-1)?.next ?? null; stop !== null; stop = stop.next) ages.push(stop.age)
  return ages
}

const cheapestStop = (moment: Moment, later: readonly Stop[], price: number): Stop => {
  let cost = Infinity
  let next: Stop | null = null
  for (const stop of later) {
    const delay = stop.age * (stop.inverse - moment.inverse) - (stop.done - moment.done)
    if (delay + stop.cost >= cost) continue
    cost = delay + stop.cost
    next = stop
  }
  return { ...moment, cost: cost + price * (1 - moment.done), next }
}

/** From a hundred medians, where no more than 3 in 1 000 are left, down to the moment the job was made. */
const momentsBackwards = (sigma: number): [Moment, ...Moment[]] => {
  const moments: Moment[] = []
  for (let age = firstAge(sigma); age < lastAge; age *= ageStep) moments.push(momentAt(age, sigma))
  return [momentAt(lastAge, sigma), ...moments.toReversed(), { age: 0, done: 0, inverse: 0 }]
}

const lastAge = 100
const ageStep = 1.03
const firstAge = (sigma: number): number => Math.exp(-3.5 * sigma)

const momentAt = (age: number, sigma: number): Moment => {
  const usual = partAt(Math.log(age), sigma)
  const stray = partAt(Math.log(age / strays.medianRatio), strays.sigma)
  return {
    age,
    done: (1 - strays.share) * usual.done + strays.share * stray.done,
    inverse: (1 - strays.share) * usual.inverse + (strays.share / strays.medianRatio) * stray.inverse,
  }
}

/** Of a log-normal with median 1. The mean of the inverse up to an age is a log-normal share again, moved by sigma. */
const partAt = (logAge: number, sigma: number): { done: number; inverse: number } => ({
  done: normalShareBelow(logAge / sigma),
  inverse: Math.exp(sigma ** 2 / 2) * normalShareBelow(logAge / sigma + sigma),
})
