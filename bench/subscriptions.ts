import { writeFile } from 'node:fs/promises'
import { type Figures, measure } from './subscriptions/measure.ts'
import { reportOf } from './subscriptions/report.ts'

/*
 * What 10 000 WebSocket subscriptions cost: memory while they wait, and how long until the last one has heard.
 *
 *   node --expose-gc bench/subscriptions.ts
 *
 * Prints the tables and writes them to bench/SUBSCRIPTIONS.md. Takes about two minutes. Each of the two processes needs 10 000
 * open files: `ulimit -n 12000`.
 */

const shapes = [
  { sockets: 100, operationsEach: 100 },
  { sockets: 10_000, operationsEach: 1 },
]

const figures: Figures[] = []
for (const shape of shapes) figures.push(await measure(shape))

const report = reportOf(figures)
await writeFile(new URL('SUBSCRIPTIONS.md', import.meta.url), report)
process.stdout.write(report)
