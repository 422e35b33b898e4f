import type { Machine, Results } from './results.ts'
import type { Spread } from './statistics.ts'
import { type CellSummary, type Figures, type Summary, summariesOf } from './summary.ts'
import type { Workload } from './workloads.ts'

/** The results as a Markdown page. */
export const reportOf = (results: Results): string => {
  const summaries = summariesOf(results)
  return `${[
    '# What the gateway costs, against what people would use instead',
    introduction(results, summaries.length),
    '![Requests per second as a share of the raw proxy](results.svg)',
    ...ratioSection(summaries),
    ...noteSection(summaries),
    ...figureSections(summaries),
    ...memorySection(summaries),
    machineSection(results.machine),
  ].join('\n\n')}\n`
}

const introduction = ({ machine: { pinned }, seconds, warmUpSeconds, pairs }: Results, candidates: number): string =>
  `Made by \`npm run bench:peers\`. A raw proxy (\`node:http\` and undici, nothing else) is the yardstick: each candidate is measured in pairs with it, both processes fresh, equally warm (${warmUpSeconds} s each workload) and measured in turn for ${seconds} s, A B, B A. ${(pairs.length / candidates).toFixed(0)} pairs each. A stub answers for Magic Hour from memory; every answer is checked. ${coresOf(pinned)} All figures are medians; quartiles of the pairs' ratios stand in brackets.`

const coresOf = (pinned: Machine['pinned']): string => {
  if (pinned === null) return 'Processes could not be bound to cores here, so that they disturb each other.'
  const { server, load, stub } = pinned
  return load === stub
    ? `The server has core ${server} for itself; the load and the stub, a process each, share core ${load}.`
    : `The server, the load and the stub have a core each.`
}

const groups: Record<Workload, 'mutation' | 'job'> = {
  mutation: 'mutation',
  'keyed-mutation': 'mutation',
  job: 'job',
  'known-job': 'job',
}

const suffixes: Record<Workload, string> = {
  mutation: '',
  'keyed-mutation': ', with an idempotency key',
  job: '',
  'known-job': ', a job it knows',
}

const titles: Record<Workload, string> = {
  mutation: '`removeBackground`, each a new job',
  'keyed-mutation': '`removeBackground` with an idempotency key, each a new one',
  job: '`job`, each asks Magic Hour',
  'known-job': '`job`, finished jobs that the gateway knows',
}

const ratioSection = (summaries: readonly Summary[]): string[] => [
  '## Requests a second, as a share of the raw proxy',
  ratioTable(summaries, ({ ratio }) => ratio),
  'CPU time for a request, as a multiple of the raw proxy’s:',
  ratioTable(summaries, ({ cpuRatio }) => cpuRatio),
]

/** A line a candidate, and one more for what only the gateway does; a column for each way of asking. */
const ratioTable = (summaries: readonly Summary[], pick: (cell: CellSummary) => Spread | null): string => {
  const counts = connectionsIn(summaries)
  const columns = (['mutation', 'job'] as const).flatMap((group) => counts.map((count) => ({ group, count })))
  const lines = summaries.flatMap(({ candidate, cells }) => {
    const extras = [...new Set(cells.map(({ workload }) => suffixes[workload]))]
    return extras.map((suffix) => {
      const own = cells.filter(({ workload }) => suffixes[workload] === suffix)
      const at = ({ group, count }: (typeof columns)[number]) =>
        own.find((cell) => groups[cell.workload] === group && cell.connections === count)
      return row([
        candidate.label + suffix,
        ...columns.map((column) => {
          const cell = at(column)
          return spread(cell === undefined ? null : pick(cell))
        }),
      ])
    })
  })
  return table(['', ...columns.map(({ group, count }) => `\`${nameOf[group]}\`, ${count} at a time`)], lines)
}

const nameOf = { mutation: 'removeBackground', job: 'job' } as const

const connectionsIn = (summaries: readonly Summary[]): number[] =>
  [...new Set(summaries.flatMap(({ cells }) => cells.map(({ connections }) => connections)))].toSorted((a, b) => a - b)

const noteSection = (summaries: readonly Summary[]): string[] => [
  '## What each is',
  summaries.map(({ candidate: { label, note } }) => `- **${label}**: ${note}`).join('\n'),
]

const figureSections = (summaries: readonly Summary[]): string[] =>
  workloadsIn(summaries).flatMap((workload) =>
    connectionsIn(summaries).flatMap((connections) => {
      const lines = summaries.flatMap(({ candidate, cells }) => {
        const cell = cells.find((each) => each.workload === workload && each.connections === connections)
        return cell === undefined ? [] : [figureLine(candidate.label, cell.candidate)]
      })
      return [`## ${titles[workload]}, ${connections} at a time`, table(figureColumns, lines)]
    }),
  )

const workloadsIn = (summaries: readonly Summary[]): Workload[] => [
  ...new Set(summaries.flatMap(({ cells }) => cells.map(({ workload }) => workload))),
]

const figureColumns = [
  '',
  'requests/s',
  'p50',
  'p99',
  'CPU for 1,000 requests',
  'resident memory',
  'upstream calls each',
  'its core busy',
  'load and stub busy',
] as const

const figureLine = (label: string, figures: Figures): string =>
  row([
    label,
    Math.round(figures.requestsPerSecond).toLocaleString('en'),
    milliseconds(figures.p50Ms),
    milliseconds(figures.p99Ms),
    figures.cpuMs === null ? none : `${Math.round(figures.cpuMs)} ms`,
    mebibytes(figures.rssBytes),
    figures.upstreamCalls.toFixed(2),
    percent(figures.busy),
    percent(figures.helpersBusy),
  ])

const memorySection = (summaries: readonly Summary[]): string[] => [
  '## Resident memory before the first request',
  table(
    ['', 'at rest'],
    summaries.map(({ candidate, restingRssBytes }) => row([candidate.label, mebibytes(restingRssBytes)])),
  ),
]

const machineSection = ({ cpu, cores, system, node, date, loadBefore, isLedgerInMemory, peers }: Machine): string =>
  [
    '## Where and with what',
    `${date}: ${cores} cores of ${cpu}, ${system}, Node ${node}; load average before it began ${loadBefore.toFixed(2)}. The gateway’s ledger lay ${isLedgerInMemory ? 'in memory (tmpfs), where a durable commit costs nothing' : 'on disk'}. ${Object.entries(
      peers,
    )
      .map(([name, version]) => `\`${name}\` ${version}`)
      .join(', ')}.`,
  ].join('\n\n')

const none = '–'
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (columns: readonly string[], lines: readonly string[]): string =>
  [row(columns), row(columns.map((_column, index) => (index === 0 ? '---' : '---:'))), ...lines].join('\n')
const spread = (values: Spread | null): string =>
  values === null ? none : `${values.median.toFixed(2)} (${values.lower.toFixed(2)}–${values.upper.toFixed(2)})`
const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 1)} ms`
const mebibytes = (bytes: number | null): string => (bytes === null ? none : `${Math.round(bytes / 1_048_576)} MiB`)
const percent = (share: number | null): string => (share === null ? none : `${Math.round(share * 100)} %`)
