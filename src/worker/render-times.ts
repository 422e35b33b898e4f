import { normalDensity, normalShareBetween } from './normal.ts'

/** How long renders take: log-normal, with its median in ms and the sigma of its logarithm. */
export interface RenderTimes {
  readonly medianMs: number
  readonly sigma: number
}

/**
 * One finished job: it took more than `afterMs` and at most `byMs`, both ages since it was made.
 *
 * `afterMs` is the age at the last look-up that saw it unfinished, 0 if none did; `byMs` the age when it was seen final. For a
 * job learned from an event they are the same.
 */
export interface SeenRender {
  readonly afterMs: number
  readonly byMs: number
}

/**
 * The few jobs that are like no others: in the queue for minutes, or refused at once. Without them one such job makes every
 * estimate wide, and a plan has nothing left to ask once the usual time is over.
 */
export const strays = { share: 0.05, medianRatio: 8, sigma: 1.5 } as const

/** What is believed before any job was seen. Magic Hour names 4 s as the median (July 2026). */
export const priorRenderTimes = (medianMs: number): RenderTimes => ({ medianMs, sigma: 0.6 })

/**
 * The render times that explain best what was seen: a fit by expectation-maximization, with the prior as four more jobs.
 *
 * A look-up tells no time, only that the job ended since the look-up before. To take its age for the time counts every delay as
 * render time: the estimate rises, the plan asks later, and the estimate rises again. Hence the intervals.
 *
 * @param prior  of these the median is held to a tenth and a hundredfold, whatever was seen: a burst of refusals makes no burst
 *               of look-ups
 * @param seen   the newest jobs, in any order. About 100: fewer are noise, and more are slow to notice a change
 */
export const learnRenderTimes = (prior: RenderTimes, seen: readonly SeenRender[]): RenderTimes => {
  const spans = seen.filter(isPossible).map((render) => spanOf(render, prior.medianMs))
  const start = { center: Math.log(prior.medianMs), sigma: prior.sigma }
  let fit: Fit = { ...start, center: middle(spans, start.center) }
  for (let round = 0; round < maxRounds; round += 1) {
    const next = improve(fit, start, spans)
    const change = Math.abs(next.center - fit.center) + Math.abs(next.sigma - fit.sigma)
    fit = next
    if (change < 1e-4) break
  }
  return { medianMs: clamp(Math.exp(fit.center), prior.medianMs / 10, prior.medianMs * 100), sigma: fit.sigma }
}

const priorJobs = 4
const maxRounds = 100
/** Narrower than 0.15 a plan would stake all on two look-ups; wider than 1.2 it would begin with a burst. */
const sigmaRange = { min: 0.15, max: 1.2 } as const

/** A log-normal distribution, on the logarithm of the time. */
interface Fit {
  readonly center: number
  readonly sigma: number
}

/** What is known of the logarithm of one job's time: above `from`, at most `to`. */
interface Span {
  readonly from: number
  readonly to: number
}

/** Clocks of two machines differ, so that a job may end before it was made: such a span tells nothing. */
const isPossible = ({ afterMs, byMs }: SeenRender): boolean => Number.isFinite(byMs) && afterMs >= 0 && byMs >= afterMs

const spanOf = ({ afterMs, byMs }: SeenRender, scaleMs: number): Span => {
  const to = Math.log(Math.max(byMs, scaleMs / 1_000))
  const from = afterMs > 0 ? Math.log(afterMs) : to - longestSpan
  // An exact time is taken as 1 % wide, so that all are worked out alike.
  return { from: Math.min(from, to - 0.01), to }
}

/** Stands for «nothing is known below»: a factor of a billion. */
const longestSpan = 20

/**
 * Where the fit starts: the median of the jobs, each taken as near to the prior as its span allows. From there it finds most
 * jobs, however far they moved; spans that tell nothing (all jobs seen after an outage) leave it at the prior.
 */
const middle = (spans: readonly Span[], priorCenter: number): number =>
  spans
    .map(({ from, to }) => clamp(priorCenter, from, to))
    .toSorted((one, other) => one - other)
    .at(Math.floor(spans.length / 2)) ?? priorCenter

const improve = (fit: Fit, prior: Fit, spans: readonly Span[]): Fit => {
  const parts = spans.map((span) => expectation(fit, span))
  const weight = priorJobs + sumOf(parts, ({ share }) => share)
  const center = (priorJobs * prior.center + sumOf(parts, ({ share, mean }) => share * mean)) / weight
  const square = sumOf(parts, ({ share, mean, variance }) => share * (variance + (mean - center) ** 2))
  const sigma = Math.sqrt((priorJobs * prior.sigma ** 2 + square) / weight)
  return { center, sigma: clamp(sigma, sigmaRange.min, sigmaRange.max) }
}

/** How much of a job is no stray, and where in its span its time is to be expected then. */
const expectation = ({ center, sigma }: Fit, { from, to }: Span): { share: number; mean: number; variance: number } => {
  const low = (from - center) / sigma
  const high = (to - center) / sigma
  const usual = normalShareBetween(low, high)
  const strayCenter = center + Math.log(strays.medianRatio)
  const stray = normalShareBetween((from - strayCenter) / strays.sigma, (to - strayCenter) / strays.sigma)
  const share = ((1 - strays.share) * usual) / ((1 - strays.share) * usual + strays.share * stray)
  // Too far out for any digits to be left: a stray.
  if (!(usual > 1e-200)) return { share: 0, mean: center, variance: 0 }
  const shift = clamp((normalDensity(low) - normalDensity(high)) / usual, low, high)
  const spread = 1 + (low * normalDensity(low) - high * normalDensity(high)) / usual - shift ** 2
  return { share, mean: center + sigma * shift, variance: sigma ** 2 * clamp(spread, 0, 1) }
}

const sumOf = <Item>(items: readonly Item[], amount: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + amount(item), 0)

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value))
