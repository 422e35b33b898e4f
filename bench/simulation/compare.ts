import type { SeenRender } from '../../src/worker/render-times.ts'
import type { Figures } from './figures.ts'
import { followAll, guidesBackOff, ownersLoop } from './fixed-schedules.ts'
import { followLearning, type Learned, withEvents, withoutEvents } from './learned.ts'
import { optimumAtGets } from './optimum.ts'
import { seededRandom } from './random.ts'
import { drawRenders, type Truth } from './scenarios.ts'

/** One truth and all ways of following its jobs. The same jobs for all of them. */
export interface Comparison {
  readonly owner: Figures
  readonly guide: Figures
  readonly ours: Figures
  readonly unwatched: Figures
  readonly withWebhooks: Figures
  /** The optimum at as many GETs as ours has. */
  readonly optimum: Figures
  /** What ours knew at the end. */
  readonly seen: readonly SeenRender[]
}

/** What is simulated: so many jobs, drawn with this seed. */
export interface Run {
  readonly truth: Truth
  readonly jobs: number
  readonly seed: number
}

/** Runs everything over one truth. */
export const compare = ({ truth, jobs, seed }: Run, seenBefore: readonly SeenRender[] = []): Comparison => {
  const rendersMs = drawRenders(truth, jobs, seededRandom(seed))
  const random = seededRandom(seed + 1)
  const learning = (attention: 'watched' | 'unwatched'): Learned =>
    followLearning(rendersMs, { attention, eventAgeMs: withoutEvents, random }, seenBefore)
  const { figures: ours, seen } = learning('watched')
  const eventful = { attention: 'eventful', eventAgeMs: withEvents(random), random } as const
  return {
    owner: followAll(rendersMs, ownersLoop),
    guide: followAll(rendersMs, guidesBackOff),
    ours,
    unwatched: learning('unwatched').figures,
    withWebhooks: followLearning(rendersMs, eventful, seenBefore).figures,
    optimum: optimumAtGets(truth, rendersMs, ours.gets),
    seen,
  }
}

/** Our mean relative delay over that of the optimum at as many GETs: 1 is perfect. */
export const overOptimum = ({ ours, optimum }: Pick<Comparison, 'ours' | 'optimum'>): number =>
  ours.meanRelative / optimum.meanRelative

/** Ours and the optimum over the first hundred jobs after a change, again and again from the same knowledge. */
export const compareAtOnce = (run: Run, seenBefore: readonly SeenRender[]): Pick<Comparison, 'ours' | 'optimum'> => {
  const rendersMs = drawRenders(run.truth, run.jobs, seededRandom(run.seed))
  const random = seededRandom(run.seed + 1)
  const figures = Array.from({ length: Math.floor(run.jobs / 100) }, (_, index) => {
    const hundred = rendersMs.slice(index * 100, (index + 1) * 100)
    return followLearning(hundred, { attention: 'watched', eventAgeMs: withoutEvents, random }, seenBefore).figures
  })
  const ours = meanFigures(figures)
  return { ours, optimum: optimumAtGets(run.truth, rendersMs, ours.gets) }
}

const meanFigures = (all: readonly Figures[]): Figures => {
  const mean = (pick: (figures: Figures) => number): number =>
    all.reduce((sum, figures) => sum + pick(figures), 0) / all.length
  return {
    gets: mean(({ gets }) => gets),
    meanRelative: mean(({ meanRelative }) => meanRelative),
    medianRelative: mean(({ medianRelative }) => medianRelative),
    meanMs: mean(({ meanMs }) => meanMs),
    medianMs: mean(({ medianMs }) => medianMs),
  }
}
