import { writeFile } from 'node:fs/promises'
import { measureAll } from './scale/measure.ts'
import { readOptions } from './scale/options.ts'
import { reportOf } from './scale/report.ts'
import { createTell } from './comparison/progress.ts'

/*
 * What scaling costs: a job from its making to its end, a second replica, subscriptions that wait, lists of a
 * million jobs; on SQLite and PostgreSQL.
 *
 *   node bench/scale.ts [--quick] [--only life,replicas,waiting,lists]
 *
 * Prints the tables, and writes them to bench/SCALE.md. Takes about a quarter of an hour; on a machine that does something else
 * meanwhile, its figures are worth nothing.
 */

const tell = createTell()

const options = readOptions(process.argv.slice(2))
const report = reportOf(await measureAll(options, tell))
if (options.writes) await writeFile(new URL('SCALE.md', import.meta.url), report)
process.stdout.write(report)
tell('done')
