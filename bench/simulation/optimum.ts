import type { Figures } from './figures.ts'
import { atAges, followAll } from './fixed-schedules.ts'
import type { Truth } from './scenarios.ts'

/*
 * The best schedule there is for somebody who knows the truth: of all schedules on a grid of ages 1.5 % apart it has the least
 * mean of relative delay + price x GETs. It shares no code with the plan it is compared with: the truth enters by its density,
 * summed up numerically.
 */

/** The ages in ms of the schedule that is best at this price of a GET. */
export const optimalAges = (truth: Truth, price: number): number[] => {
  const [last, ...earlier] = gridOf(truth).toReversed()
  if (last === undefined) return []
  const steps: Step[] = [{ ...last, cost: 0, next: null }]
  for (const point of earlier) steps.push(bestStep(point, steps, price))
  const ages: number[] = []
  for (let step = steps.at(-1)?.next ?? null; step !== null; step = step.next) ages.push(step.ageMs)
  return ages
}

/**
 * What the optimum costs for these jobs at the same mean number of GETs: the price is halved in until two schedules lie just
 * above and below, and what lies between them is theirs in proportion (as if each were used for a part of the jobs).
 */
export const optimumAtGets = (truth: Truth, rendersMs: readonly number[], gets: number): Figures => {
  const at = (price: number): Figures => followAll(rendersMs, atAges(optimalAges(truth, price)))
  let [cheap, dear] = [0.001, 1]
  let [more, fewer] = [at(cheap), at(dear)]
  while (dear / cheap > 1.02) {
    const middle = Math.sqrt(cheap * dear)
    const figures = at(middle)
    if (figures.gets > gets) [cheap, more] = [middle, figures]
    else [dear, fewer] = [middle, figures]
  }
  return between(more, fewer, more.gets === fewer.gets ? 0 : (more.gets - gets) / (more.gets - fewer.gets))
}

/** An age, and what is summed up below it: the share of the jobs, and the mean of 1 / render time. */
interface Point {
  readonly ageMs: number
  readonly share: number
  readonly inverse: number
}

interface Step extends Point {
  readonly cost: number
  readonly next: Step | null
}

const bestStep = (point: Point, later: readonly Step[], price: number): Step => {
  let cost = Infinity
  let next: Step | null = null
  for (const step of later) {
    const delay = step.ageMs * (step.inverse - point.inverse) - (step.share - point.share)
    if (delay + step.cost >= cost) continue
    cost = delay + step.cost
    next = step
  }
  return { ...point, cost: cost + price * (1 - point.share), next }
}

const gridRatio = 1.015
const slicesPerStep = 8
const widthInSigmas = 4.5

const gridOf = (truth: Truth): Point[] => {
  const endMs = Math.max(...truth.map(({ medianMs, sigma }) => medianMs * Math.exp(widthInSigmas * sigma)))
  const points: Point[] = [{ ageMs: 0, share: 0, inverse: 0 }]
  let ageMs = Math.min(...truth.map(({ medianMs, sigma }) => medianMs * Math.exp(-widthInSigmas * sigma)))
  let [share, inverse] = [0, 0]
  while (ageMs < endMs) {
    for (let slice = 0; slice < slicesPerStep; slice += 1) {
      const middleMs = ageMs * gridRatio ** (0.5 / slicesPerStep)
      const amount = densityOfLog(truth, Math.log(middleMs)) * (Math.log(gridRatio) / slicesPerStep)
      share += amount
      inverse += amount / middleMs
      ageMs *= gridRatio ** (1 / slicesPerStep)
    }
    points.push({ ageMs, share, inverse })
  }
  return points
}

const densityOfLog = (truth: Truth, logMs: number): number =>
  truth.reduce((sum, { share, medianMs, sigma }) => {
    const z = (logMs - Math.log(medianMs)) / sigma
    return sum + (share * Math.exp(-0.5 * z * z)) / (sigma * Math.sqrt(2 * Math.PI))
  }, 0)

const between = (one: Figures, other: Figures, position: number): Figures => {
  const mix = (from: number, to: number): number => from + position * (to - from)
  return {
    gets: mix(one.gets, other.gets),
    meanRelative: mix(one.meanRelative, other.meanRelative),
    medianRelative: mix(one.medianRelative, other.medianRelative),
    meanMs: mix(one.meanMs, other.meanMs),
    medianMs: mix(one.medianMs, other.medianMs),
  }
}
