import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { describeMachine } from './comparison/prepare.ts'
import { requireBuild } from './steady/built-gateway.ts'
import { measureSteady } from './steady/measure.ts'
import { reportOf } from './steady/report.ts'
import { createTell } from './comparison/progress.ts'

/*
 * How even the answers are under a steady load, with and without idle subscriptions, and how long the database holds the event loop.
 *
 *   node bench/steady.ts [--subscriptions 10000] [--seconds 10] [--share 0.7] [--quick]
 *
 * Needs `npm run build`. Prints the tables, and writes them to bench/STEADY.md; `--quick` is a smoke run, and writes nothing. Takes
 * about eight minutes; on a machine that does something else meanwhile, its figures are worth nothing. Two processes need as many
 * open files as there are subscriptions: `ulimit -n 12000`.
 */

const { values } = parseArgs({
  options: {
    subscriptions: { type: 'string' },
    seconds: { type: 'string' },
    share: { type: 'string', default: '0.7' },
    quick: { type: 'boolean', default: false },
  },
})
const isQuick = values.quick
const options = z
  .object({
    subscriptions: z.coerce.number().int().nonnegative().max(15_000),
    seconds: z.coerce.number().positive().max(600),
    share: z.coerce.number().positive().max(1),
  })
  .parse({ subscriptions: isQuick ? '200' : '10000', seconds: isQuick ? '1' : '10', ...values })
const warmUp = isQuick ? { leastSeconds: 1, mostSeconds: 2 } : { leastSeconds: 8, mostSeconds: 20 }

const tell = createTell()

await requireBuild()
const machine = await describeMachine()
if (machine.loadBefore > 0.3) tell(`the machine is busy (load average ${machine.loadBefore.toFixed(2)}): expect noise`)
const { pinned, ...measured } = await measureSteady({ ...options, warmUp }, tell)
const report = reportOf({ machine: { ...machine, pinned }, options: { ...options, warmUp }, ...measured })
if (!isQuick) await writeFile(new URL('STEADY.md', import.meta.url), report)
process.stdout.write(report)
tell('done')
