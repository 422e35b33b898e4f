import { figuresOf, type Figures, type Outcome } from './figures.ts'

/** The age of the look-up after the one at `lastAgeMs` (0: none yet). */
export type Schedule = (lastAgeMs: number) => number

/** The owner's Node client: every half second, without end. */
export const ownersLoop: Schedule = (lastAgeMs) => lastAgeMs + 500

/** The owner's guide: after 3 s, then each gap half as long again, up to 30 s. */
export const guidesBackOff: Schedule = (lastAgeMs) => {
  let age = 3_000
  for (let gap = 4_500; age <= lastAgeMs; gap = Math.min(30_000, gap * 1.5)) age += gap
  return age
}

/** Looks up at these ages (rising). After the last one the gap from there on is as long as the age. */
export const atAges =
  (agesMs: readonly number[]): Schedule =>
  (lastAgeMs) =>
    agesMs.find((age) => age > lastAgeMs) ?? lastAgeMs * 2

/** What a schedule that learns nothing costs for these jobs. An answer takes no time. */
export const followAll = (rendersMs: readonly number[], schedule: Schedule): Figures =>
  figuresOf(rendersMs.map((renderMs) => follow(renderMs, schedule)))

const follow = (renderMs: number, schedule: Schedule): Outcome => {
  let ageMs = 0
  let gets = 0
  while (ageMs < renderMs) {
    ageMs = schedule(ageMs)
    gets += 1
  }
  return { renderMs, gets, delayMs: ageMs - renderMs }
}
