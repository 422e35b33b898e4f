import type { Machine } from '../comparison/results.ts'
import type { Workload } from '../comparison/workloads.ts'
import type { Times } from './built-gateway.ts'
import {
  type Measured,
  type SteadyCell,
  type SteadyFigures,
  type SteadyOptions,
  type SteadyRun,
  connections,
} from './measure.ts'

/** Everything that was measured. */
export interface SteadyResults extends Pick<Measured, 'figures' | 'control'> {
  readonly machine: Machine
  readonly options: SteadyOptions
}

/** The results as a Markdown page. */
export const reportOf = (results: SteadyResults): string => {
  const { figures, control, options } = results
  return `${[
    '# A steady load',
    introduction(results),
    `## How long answers take at ${percent(options.share)} of the highest rate`,
    table(latencyColumns, [...linesOf(figures, latencyLine), ...control.map(controlLine)]),
    controlNote,
    '## How long the database holds the event loop',
    databaseNote,
    table(databaseColumns, [...linesOf(figures, databaseLine('full')), ...linesOf(figures, databaseLine('paced'))]),
    '## How late the event loop is',
    loopNote,
    table(loopColumns, [...linesOf(figures, loopLine('full')), ...linesOf(figures, loopLine('paced'))]),
    '## Resident memory before the load',
    table(memoryColumns, figures.map(memoryLine)),
    machineSection(results),
  ].join('\n\n')}\n`
}

const introduction = ({ options, machine: { pinned } }: SteadyResults): string =>
  `Made by \`node bench/steady.ts\`: the gateway as it is installed (\`node dist/cli.js serve\`, keys passed through, the ledger on SQLite with durable commits, the log at \`info\` to /dev/null), once without and once with ${spaced(options.subscriptions)} subscriptions over WebSocket, each on a socket and a job of its own that does not finish. Each is warmed up by each workload for at least ${options.warmUp.leastSeconds} s. Then, for ${options.seconds} s each, first as many requests are sent as go, a new one on each of ${connections} connections as soon as the one before is answered; then ${percent(options.share)} of that rate, evenly spaced by a timetable, on as many connections; that three times, of which the run in the middle is shown. They are open, and have been used for a second, before anything is measured. By the timetable a request's time counts from when it was due, whether or not the gateway let it be sent then. Every answer is checked. ${coresOf(pinned)}`

const coresOf = (pinned: Machine['pinned']): string =>
  pinned === null
    ? 'Processes could not be bound to cores here, so that they disturb each other.'
    : `The gateway has core ${pinned.server} for itself; ${pinned.load === pinned.stub ? 'who sends, who subscribes and the stub of Magic Hour share the other' : 'who sends and who subscribes share another, and the stub of Magic Hour has its own'}.`

const titles: Record<Workload, string> = {
  mutation: '`removeBackground`',
  'keyed-mutation': '`removeBackground` with a key',
  job: '`job`, asks Magic Hour',
  'known-job': '`job`, a finished one',
}

interface Line {
  readonly subscriptions: number
  readonly cell: SteadyCell
}

/** By workload first, so that with and without subscriptions stand below each other. */
const linesOf = (figures: readonly SteadyFigures[], lineOf: (line: Line) => string): string[] =>
  (figures[0]?.cells ?? []).flatMap(({ workload }) =>
    figures.flatMap(({ subscriptions, cells }) =>
      cells.filter((cell) => cell.workload === workload).map((cell) => lineOf({ subscriptions, cell })),
    ),
  )

const latencyColumns = [
  '',
  'subscriptions',
  'highest rate',
  'p50 there',
  'p99 there',
  'answered at the share',
  'p50',
  'p99',
  'p99 / p50',
  'of the three runs',
  'its core busy',
  'sent late (p99)',
] as const

const latencyLine = ({ subscriptions, cell }: Line): string =>
  row([titles[cell.workload], spaced(subscriptions), ...latencies(cell)])

const controlLine = (cell: SteadyCell<SteadyRun>): string =>
  row([`a raw proxy, ${titles[cell.workload]}`, none, ...latencies(cell)])

const latencies = ({ full, paced, ratios }: SteadyCell<SteadyRun>): string[] => [
  perSecond(full),
  milliseconds(full.p50Ms),
  milliseconds(full.p99Ms),
  perSecond(paced),
  milliseconds(paced.p50Ms),
  milliseconds(paced.p99Ms),
  (paced.p99Ms / paced.p50Ms).toFixed(1),
  ratios.map((ratio) => ratio.toFixed(1)).join(', '),
  percent(paced.busy),
  milliseconds(paced.lateP99Ms),
]

const controlNote =
  'The raw proxy (`node:http` and undici, the REST call handed on as it is) gets the same share of its own highest rate: its p99 / p50 is what this machine, V8 and a full core make of the simplest server there is.'

type Load = 'full' | 'paced'
const loads: Record<Load, string> = { full: 'all that goes', paced: 'the share' }

const databaseNote =
  'A group of writes runs from `begin` to the end of `commit` without giving the loop back; every other statement holds it by itself. Timed inside the gateway, around each call into `node:sqlite`.'

const databaseColumns = [
  '',
  'subscriptions',
  'load',
  'groups/s',
  'p50',
  'p99',
  'longest',
  'other statements/s',
  'p99',
  'longest',
] as const

const databaseLine =
  (load: Load) =>
  ({ subscriptions, cell }: Line): string => {
    const { seconds, inside } = cell[load]
    const { transactions, statements } = inside
    return row([
      titles[cell.workload],
      spaced(subscriptions),
      loads[load],
      spaced(Math.round(transactions.count / seconds)),
      ...tail(transactions, ['p50Ms', 'p99Ms', 'maxMs']),
      spaced(Math.round(statements.count / seconds)),
      ...tail(statements, ['p99Ms', 'maxMs']),
    ])
  }

const loopNote =
  'How late a timer of 1 ms is, whatever held the loop; of the longest such stop, how long the program was ready and did not get its core (V8’s own threads had it, or the machine’s host); and how long garbage collections stopped the program. The database’s longest hold stands beside them.'

const loopColumns = [
  '',
  'subscriptions',
  'load',
  'late p50',
  'late p99',
  'latest',
  'of that, without its core',
  'collections/s',
  'p50',
  'longest',
  'longest hold by SQLite',
  'of those over 20 ms',
] as const

const loopLine =
  (load: Load) =>
  ({ subscriptions, cell }: Line): string => {
    const { seconds, inside } = cell[load]
    const { loopDelays, longestStop, collections, transactions, statements, longHolds } = inside
    return row([
      titles[cell.workload],
      spaced(subscriptions),
      loads[load],
      ...tail(loopDelays, ['p50Ms', 'p99Ms', 'maxMs']),
      milliseconds(longestStop.waitedMs),
      (collections.count / seconds).toFixed(1),
      ...tail(collections, ['p50Ms', 'maxMs']),
      milliseconds(Math.max(transactions.maxMs, statements.maxMs)),
      String(longHolds),
    ])
  }

const tail = (times: Times, keys: readonly ('p50Ms' | 'p99Ms' | 'maxMs')[]): string[] =>
  keys.map((key) => (times.count === 0 ? none : milliseconds(times[key])))

const memoryColumns = ['subscriptions', 'just started', 'with the subscriptions open'] as const
const memoryLine = ({ subscriptions, restingRssBytes, waitingRssBytes }: SteadyFigures): string =>
  row([spaced(subscriptions), mebibytes(restingRssBytes), mebibytes(waitingRssBytes)])

const machineSection = ({ machine: { cpu, cores, system, node, date, loadBefore, isLedgerInMemory } }: SteadyResults) =>
  [
    '## How to read it, and where it was measured',
    'The ratio p99 / p50 says how even the answers are. «Sent late» is what the load itself adds to a time, on a core that it shares: where that is near the p99, the p99 is not the gateway’s.',
    `${date}: ${cores} cores of ${cpu}, ${system}, Node ${node}; load average before it began ${loadBefore.toFixed(2)}. The ledger lay ${isLedgerInMemory ? 'in memory (tmpfs), where a durable commit costs nothing' : 'on disk'}.`,
  ].join('\n\n')

const none = '–'
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (columns: readonly string[], lines: readonly string[]): string =>
  [row(columns), row(columns.map((_column, index) => (index === 0 ? '---' : '---:'))), ...lines].join('\n')
const perSecond = ({ requestsPerSecond }: SteadyRun): string => `${spaced(Math.round(requestsPerSecond))}/s`
const spaced = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ')
const milliseconds = (ms: number | null): string => (ms === null ? none : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`)
const mebibytes = (bytes: number | null): string => (bytes === null ? none : `${Math.round(bytes / 1_048_576)} MiB`)
const percent = (share: number | null): string => (share === null ? none : `${Math.round(share * 100)} %`)
