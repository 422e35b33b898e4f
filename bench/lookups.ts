import { writeFile } from 'node:fs/promises'
import { compare, compareAtOnce } from './simulation/compare.ts'
import { atAges, followAll } from './simulation/fixed-schedules.ts'
import { optimalAges } from './simulation/optimum.ts'
import { seededRandom } from './simulation/random.ts'
import { drawRenders, truths } from './simulation/scenarios.ts'
import { chartOf, type Spot } from './lookups/chart.ts'
import { reportOf } from './lookups/report.ts'

/*
 * What it costs to look up unfinished jobs: ours, the owner's ways and the best there can be.
 *
 *   node bench/lookups.ts
 *
 * Prints the tables and writes them to bench/LOOKUPS.md, the picture to bench/lookups.svg. Takes about a quarter of a
 * minute; the same every time.
 */

const jobs = 20_000
const seed = 2_026

const usual = compare({ truth: truths.usual, jobs, seed })
const slower = compare({ truth: truths.slower, jobs, seed }, usual.seen)
const atOnce = compareAtOnce({ truth: truths.slower, jobs, seed }, usual.seen)
const sharper = compare({ truth: truths.sharper, jobs, seed }, usual.seen)
const queued = compare({ truth: truths.queued, jobs, seed }, usual.seen)

const spotOf = (schedule: (lastAgeMs: number) => number): Spot => {
  const { gets, medianRelative } = followAll(drawRenders(truths.usual, jobs, seededRandom(seed)), schedule)
  return { gets, delay: medianRelative }
}
const prices = Array.from({ length: 40 }, (_, index) => 0.003 * 1.17 ** index)
const intervalsMs = Array.from({ length: 24 }, (_, index) => 410 * 1.11 ** index)

const report = reportOf({ usual, slower, atOnce, sharper, queued, jobs })
const chart = chartOf({
  optimum: prices.map((price) => spotOf(atAges(optimalAges(truths.usual, price)))),
  interval: intervalsMs.map((intervalMs) => spotOf((lastAgeMs) => lastAgeMs + intervalMs)),
  usual,
})

const here = new URL('./', import.meta.url)
await writeFile(new URL('LOOKUPS.md', here), report)
await writeFile(new URL('lookups.svg', here), chart)
process.stdout.write(report)
