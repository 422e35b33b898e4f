import { type Comparison, overOptimum } from '../simulation/compare.ts'
import type { Figures } from '../simulation/figures.ts'

/** Everything that was simulated. */
export interface Results {
  readonly usual: Comparison
  readonly slower: Comparison
  readonly atOnce: Pick<Comparison, 'ours' | 'optimum'>
  readonly sharper: Comparison
  readonly queued: Comparison
  readonly jobs: number
}

/** The results as a Markdown page. */
export const reportOf = ({ usual, slower, atOnce, sharper, queued, jobs }: Results): string =>
  `${[
    '# What it costs to look jobs up',
    introduction(jobs),
    '![GETs per job against the median relative delay](lookups.svg)',
    section('Render times as published: median 4 s, sigma 0.6', usual),
    section('Twice as slow, median 8 s, from one job to the next', slower),
    `Over the first hundred jobs after that change alone, ours makes ${atOnce.ours.gets.toFixed(1)} GETs a job at ${percent(atOnce.ours.meanRelative)} (mean), ${times(overOptimum(atOnce))} the optimum at as many.`,
    section('Less spread, sigma 0.25', sharper),
    section('15 % of the jobs are queued for about a minute', queued),
    'Here the optimum knows that there are two kinds of jobs, and when the second kind ends. Ours knows only that 5 % are strays.',
  ].join('\n\n')}\n`

const introduction = (jobs: number): string =>
  `Made by \`node bench/lookups.ts\`: ${jobs.toLocaleString('en').replaceAll(',', ' ')} simulated jobs each, the same jobs for every line, the same ones every time. Nothing here was measured at Magic Hour.

A *relative delay* is the time from the end of the render to the look-up (or event) that tells, over the render time. The *optimum* is the schedule that has the least mean relative delay at as many GETs as ours makes, found by dynamic programming for somebody who knows the true distribution. *Ours* learns that from its own look-ups and starts, but for the first table, with what it had learned before the change; its look-ups carry the jitter they have in the service, a tenth of the wait either way. With webhooks, the event comes after 50 ms, and one of a thousand is lost.`

const section = (title: string, comparison: Comparison): string =>
  [
    `## ${title}`,
    [
      '| | GETs per job | relative delay: mean | median | delay: mean | median |',
      '| --- | ---: | ---: | ---: | ---: | ---: |',
      line('owner’s client, every 0.5 s', comparison.owner),
      line('owner’s guide, 3 s, then × 1.5', comparison.guide),
      line('optimum at as many GETs as ours', comparison.optimum),
      line('**ours**, somebody waits', comparison.ours),
      line('ours, nobody waits', comparison.unwatched),
      line('ours, with webhooks', comparison.withWebhooks),
    ].join('\n'),
    `Mean relative delay of ours: ${times(overOptimum(comparison))} the optimum.`,
  ].join('\n\n')

const line = (name: string, { gets, meanRelative, medianRelative, meanMs, medianMs }: Figures): string =>
  `| ${[name, gets.toFixed(gets < 1 ? 3 : 1), percent(meanRelative), percent(medianRelative), duration(meanMs), duration(medianMs)].join(' | ')} |`

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`

const duration = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`)
