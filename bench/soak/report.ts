import type { Machine } from '../comparison/results.ts'
import { spreadOf } from '../comparison/statistics.ts'
import type { Sample, SoakFigures, SoakOptions } from './measure.ts'
import { callers } from './requests.ts'
import { type Point, type Trend, trendOf } from './trend.ts'

/** Everything that was seen. */
export interface SoakResults {
  readonly machine: Machine
  readonly options: SoakOptions
  readonly figures: SoakFigures
}

/** The results as a Markdown page. */
export const reportOf = (results: SoakResults): string => {
  const { samples } = results.figures
  return `${[
    `# ${duration(results.options.seconds)} of load`,
    introduction(results),
    ...endedSection(results.figures),
    '![Memory over time](soak.svg)',
    '## Is the memory flat?',
    flatness(samples),
    memoryTable(results.figures),
    '## What it did meanwhile',
    work(results.figures),
    handleTable(samples),
    machineSection(results.machine),
  ].join('\n\n')}\n`
}

const introduction = ({ options, figures: { perSecond, visitors } }: SoakResults): string =>
  `Made by \`node bench/soak.ts\`: the gateway as it is installed (\`node dist/cli.js serve\`, keys passed through, the ledger on SQLite, the log at \`info\` to /dev/null), under ${spaced(Math.round(perSecond))} requests a second${options.rate === null ? `, ${Math.round(options.share * 100)} % of the highest rate` : ''}: jobs are made with idempotency keys, read for the first time and again and again, listed, and told of by Magic Hour’s events; ${visitors} subscriptions at a time come and go. There are ${spaced(callers)} callers with a key each. A stub answers for Magic Hour; every answer is checked. Every ${options.sampleSeconds} s the gateway is asked for its memory. MB are 10⁶ bytes.`

const endedSection = ({ endedBy }: SoakFigures): string[] =>
  endedBy === null ? [] : [`**It ended before its time: ${endedBy}.** What follows is what was seen until then.`]

/** From the middle on: what is bounded has had the first half to fill. */
const secondHalf = (samples: readonly Sample[]): readonly Sample[] => samples.slice(Math.floor(samples.length / 2))

const flatness = (samples: readonly Sample[]): string => {
  const half = secondHalf(samples)
  return [
    `Over the second half, ${words('the heap after full collections', trendOf(heapPoints(half)))}`,
    capital(words('the resident memory', trendOf(residentPoints(half)))),
    'The spread is two standard errors of the line of least squares; values hang together from one to the next, so that the true one is wider.',
  ].join(' ')
}

const words = (what: string, trend: Trend | null): string => {
  if (trend === null) return `${what} was seen too few times to tell.`
  const { slope, slopeError, points } = trend
  const isSeen = Math.abs(slope) > 2 * slopeError
  const verdict = isSeen ? (slope > 0 ? 'rises' : 'falls') : 'neither rises nor falls as far as can be told'
  return `${what} ${verdict}: ${signed(slope)} ± ${(2 * slopeError).toFixed(1)} MB an hour (${points} values).`
}

const heapPoints = (samples: readonly Sample[]): Point[] =>
  samples.flatMap(({ atSeconds, inside }) =>
    inside.liveBytes.map((bytes) => ({ at: hours(atSeconds), value: bytes / 1e6 })),
  )

const residentPoints = (samples: readonly Sample[]): Point[] =>
  samples.flatMap(({ atSeconds, rssBytes }) =>
    rssBytes === null ? [] : [{ at: hours(atSeconds), value: rssBytes / 1e6 }],
  )

const hours = (seconds: number): number => seconds / 3_600

const memoryTable = ({ samples, restingRssBytes }: SoakFigures): string => {
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const middle = Math.floor((samples.length - tenth) / 2)
  const parts = [samples.slice(0, tenth), samples.slice(middle, middle + tenth), samples.slice(-tenth)]
  const line = (
    name: string,
    resting: number | null,
    valuesOf: (sample: Sample) => readonly (number | null)[],
  ): string => row([name, megabytes(resting), ...parts.map((part) => megabytes(medianOf(part.flatMap(valuesOf))))])
  return [
    row(['median', 'at rest, before', 'first tenth', 'in the middle', 'last tenth']),
    row(['---', '---:', '---:', '---:', '---:']),
    line('resident', restingRssBytes, ({ rssBytes }) => [rssBytes]),
    line('heap in use', null, ({ inside }) => [inside.heapUsedBytes]),
    line('heap after full collections', null, ({ inside }) => inside.liveBytes),
    line('outside the heap', null, ({ inside }) => [inside.externalBytes]),
    line('files of the ledger', null, ({ dataBytes }) => [dataBytes]),
  ].join('\n')
}

const medianOf = (values: readonly (number | null)[]): number | null =>
  spreadOf(values.filter((value) => value !== null))?.median ?? null

const work = ({ samples, load }: SoakFigures): string => {
  const last = samples.at(-1)?.traffic
  const kinds = Object.entries(last?.answers ?? {}).map(([kind, count]) => `${kind} ${spaced(count ?? 0)}`)
  const times =
    load === null
      ? ''
      : ` Half of the answers came within ${milliseconds(load.p50Ms)}, 99 % within ${milliseconds(load.p99Ms)}.`
  return `Right answers: ${kinds.join(', ')}.${times} ${spaced(last?.visits ?? 0)} subscriptions came, and heard ${spaced(last?.states ?? 0)} states.`
}

const handleTable = (samples: readonly Sample[]): string => {
  const ends = [samples[0], samples.at(-1)].map((sample) => sample?.inside.handles ?? {})
  const kinds = [...new Set(ends.flatMap((handles) => Object.keys(handles)))].toSorted()
  return [
    row(['open handles', 'at the first look', 'at the last']),
    row(['---', '---:', '---:']),
    ...kinds.map((kind) => row([kind, ...ends.map((handles) => spaced(handles[kind] ?? 0))])),
  ].join('\n')
}

const machineSection = ({ cpu, cores, system, node, date, loadBefore, isLedgerInMemory }: Machine): string =>
  [
    '## Where',
    `${date}: ${cores} cores of ${cpu}, ${system}, Node ${node}; load average before it began ${loadBefore.toFixed(2)}. The ledger lay ${isLedgerInMemory ? 'in memory (tmpfs)' : 'on disk'}.`,
  ].join('\n\n')

const duration = (seconds: number): string =>
  seconds % 3_600 === 0 ? `${seconds / 3_600} h` : `${(seconds / 60).toFixed(1)} min`
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const spaced = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ')
const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 1)} ms`
const megabytes = (bytes: number | null): string => (bytes === null ? '–' : `${(bytes / 1e6).toFixed(0)} MB`)
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
