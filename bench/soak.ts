import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { describeMachine } from './comparison/prepare.ts'
import { createTell } from './comparison/progress.ts'
import { chartOf } from './soak/chart.ts'
import { type Sample, soak } from './soak/measure.ts'
import { reportOf } from './soak/report.ts'
import { requireBuild } from './steady/built-gateway.ts'

/*
 * Whether the memory stays flat over an hour of mixed load.
 *
 *   node bench/soak.ts [--minutes 60] [--rate N | --share 0.3] [--quick]
 *
 * Needs `npm run build`, and some GB on the disk. Prints the report, and writes it to bench/SOAK.md and the picture to
 * bench/soak.svg once the time is over. Ctrl-C ends it with what there is; then it writes nothing, and neither does `--quick`, a
 * smoke run of half a minute.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    rate: { type: 'string' },
    share: { type: 'string', default: '0.3' },
    quick: { type: 'boolean', default: false },
  },
})
const isQuick = values.quick
const { minutes, rate, share } = z
  .object({
    minutes: z.coerce.number().positive().max(1_440),
    rate: z.coerce.number().positive().nullable().default(null),
    share: z.coerce.number().positive().max(1),
  })
  .parse({ minutes: isQuick ? '0.5' : '60', ...values })

const tell = createTell()

/** Once a minute. */
const tellOf = ({ atSeconds, rssBytes, inside, traffic }: Sample): void => {
  if (!isQuick && Math.round(atSeconds) % 60 !== 0) return
  const answers = Object.values(traffic.answers).reduce<number>((sum, count) => sum + (count ?? 0), 0)
  const [resident, heap] = [rssBytes ?? 0, inside.heapUsedBytes].map((bytes) => `${Math.round(bytes / 1e6)} MB`)
  tell(`${Math.round(atSeconds)} s: resident ${resident}, heap ${heap}, ${answers} answers, ${traffic.visits} visits`)
}

const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())

await requireBuild()
const machine = await describeMachine()
const options = {
  seconds: minutes * 60,
  sampleSeconds: isQuick ? 2 : 10,
  rate,
  share,
  trySeconds: isQuick ? { cold: 2, warm: 1 } : { cold: 15, warm: 10 },
}
const figures = await soak(options, { tell, sampled: tellOf, signal: stopping.signal })
const { pinned, endedBy, samples } = figures
const report = reportOf({ machine: { ...machine, pinned }, options, figures })
process.stdout.write(report)
if (endedBy === null && !isQuick) {
  await writeFile(new URL('SOAK.md', import.meta.url), report)
  await writeFile(new URL('soak.svg', import.meta.url), chartOf(samples))
}
process.exitCode = endedBy === null ? 0 : 1
tell('done')
