import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Figures } from './measure.ts'

/** The figures as a Markdown page. */
export const reportOf = (figures: readonly Figures[]): string =>
  `${['# What subscriptions cost', introduction(), memoryTable(figures), timeTable(figures)].join('\n\n')}\n`

const introduction = (): string =>
  `Made by \`node --expose-gc bench/subscriptions.ts\`: subscriptions to one unfinished job over WebSocket on loopback, the app in a process of its own with the embedded database, Magic Hour stubbed. Then its event says that the job is complete. Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), shared with the clients; load average at the end ${(loadavg()[0] ?? 0).toFixed(1)}.`

const memoryTable = (figures: readonly Figures[]): string =>
  [
    '## Memory for each subscription, while they wait',
    '',
    '| sockets × operations | of | at once | after 5 s | after 15 s | after 30 s | whole process before | after 30 s |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...figures.flatMap((figure) => [memoryLine(figure, 'heapUsed', 'heap'), memoryLine(figure, 'rss', 'RSS')]),
    '',
    'The heap is what is left after a collection; the RSS holds room that V8 has taken and not given back.',
  ].join('\n')

const memoryLine = ({ shape, before, waiting }: Figures, key: 'heapUsed' | 'rss', name: string): string => {
  const count = shape.sockets * shape.operationsEach
  const each = waiting.map(({ memory }) => `${((memory[key] - before[key]) / count / 1_024).toFixed(1)} KiB`)
  return row([shapeName({ shape }), name, ...each, mebibytes(before[key]), mebibytes(waiting.at(-1)?.memory[key] ?? 0)])
}

const timeTable = (figures: readonly Figures[]): string =>
  [
    '## Time for all of them',
    '',
    '| sockets × operations | until each had its first state | from the event until the last one heard | GETs at Magic Hour |',
    '| --- | ---: | ---: | ---: |',
    ...figures.map((figure) =>
      row([shapeName(figure), seconds(figure.openedMs), seconds(figure.lastHeardMs), String(figure.lookUps)]),
    ),
  ].join('\n')

const shapeName = ({ shape: { sockets, operationsEach } }: Pick<Figures, 'shape'>): string =>
  `${spaced(sockets)} × ${spaced(operationsEach)}`
const spaced = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ')
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`
