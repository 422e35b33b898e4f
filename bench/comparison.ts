import { readFile, writeFile } from 'node:fs/promises'
import { chartOf } from './comparison/chart.ts'
import { measureAll } from './comparison/measure.ts'
import { WrongOption, readOptions } from './comparison/options.ts'
import { describeMachine, installPeers } from './comparison/prepare.ts'
import { reportOf } from './comparison/report.ts'
import { type Results, results } from './comparison/results.ts'
import { createTell } from './comparison/progress.ts'

/*
 * What the gateway costs, against what people would use instead, in pairs with a raw proxy.
 *
 *   node bench/comparison.ts [--pairs N] [--seconds N] [--only a,b] [--quick] [--report]
 *
 * Prints the tables, and writes them to bench/RESULTS.md, the picture to bench/results.svg, and what was measured to
 * bench/results.json. Takes about twenty minutes; on a machine that does something else meanwhile, its figures are worth nothing.
 */

const here = new URL('./', import.meta.url)
const rawFile = new URL('results.json', here)
const tell = createTell()

const optionsOrEnd = () => {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof WrongOption)) throw error
    process.stderr.write(`${error.message}\n`)
    return process.exit(2)
  }
}

const options = optionsOrEnd()

const measure = async (): Promise<Results> => {
  await installPeers(tell)
  const machine = await describeMachine()
  if (machine.loadBefore > 0.3)
    tell(`the machine is busy (load average ${machine.loadBefore.toFixed(2)}): expect noise`)
  const { pairs, pinned } = await measureAll(options, tell)
  const { seconds, warmUpSeconds } = options
  return { machine: { ...machine, pinned }, seconds, warmUpSeconds, pairs: [...pairs] }
}

const measured = options.isReportOnly ? results.parse(JSON.parse(await readFile(rawFile, 'utf8'))) : await measure()

const report = reportOf(measured)
if (!options.isQuick) {
  await writeFile(rawFile, `${JSON.stringify(measured, null, 1)}\n`)
  await writeFile(new URL('RESULTS.md', here), report)
  await writeFile(new URL('results.svg', here), chartOf(measured))
}
process.stdout.write(report)
tell('done')
