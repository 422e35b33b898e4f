import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type Candidate, candidates } from './comparison/candidates.ts'
import { runOnce, warmUp } from './comparison/measure.ts'
import { type Shares, type Window, cpuProfile, readProfile } from './comparison/profile-groups.ts'
import { startRig } from './comparison/rig.ts'
import { startSubject } from './comparison/server-process.ts'
import { workloads } from './comparison/workloads.ts'

/*
 * Where the time goes: V8's profile of a server under one workload, by package and by our folders, as shares of the time that it
 * was busy. Shares hold on a busy machine too.
 *
 *   node bench/profile.ts [--workload mutation] [--connections 32] [--seconds 5] [--of gateway] [--top 25] [--folder .]
 */

const { values } = parseArgs({
  options: {
    workload: { type: 'string', default: 'mutation' },
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '5' },
    of: { type: 'string', default: 'gateway' },
    top: { type: 'string', default: '25' },
    folder: { type: 'string' },
  },
})
const order = z
  .object({
    workload: z.enum(workloads),
    connections: z.coerce.number().int().positive(),
    seconds: z.coerce.number().positive(),
    of: z.string(),
    top: z.coerce.number().int().positive(),
    /** Where the server's code lies, seen from the project's root; null: where it always does. */
    folder: z.string().nullable().default(null),
  })
  .parse(values)

const profiled = (profileDir: string): Candidate => {
  const found = candidates.find(({ name, kind }) => name === order.of && kind === 'server')
  if (found === undefined) throw new TypeError(`There is no server «${order.of}».`)
  // The profile is written when the process ends by itself.
  const onSignal = found.name === 'gateway' ? [] : [`--import=data:text/javascript,${endOnSignal}`]
  const script = ['--cpu-prof', `--cpu-prof-dir=${profileDir}`, ...onSignal, ...found.script]
  return { ...found, script, folder: order.folder === null ? found.folder : `${order.folder}/` }
}

const endOnSignal = 'process.once("SIGTERM",()=>process.exit())'

/** Of each workload. V8 compiles what is busy for some seconds. */
const warmUpSeconds = 4

/** Runs the load, first to warm up, and tells when the second run was. */
const underLoad = async (profileDir: string): Promise<Window> => {
  await using rig = await startRig()
  await using subject = await startSubject(profiled(profileDir), rig)
  await warmUp(rig, subject, warmUpSeconds)
  const from = nowUs()
  await runOnce(subject, order)
  return { from, to: nowUs() }
}

const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n)

const table = (title: string, shares: readonly Shares[]): string =>
  `\n${title}\n   self  total\n${shares
    .slice(0, order.top)
    .map(({ name, self, inclusive }) => `${percent(self)} ${percent(inclusive)}  ${name}`)
    .join('\n')}\n`

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`.padStart(6)

const profileDir = await mkdtemp(join(tmpdir(), 'bench-profile-'))
try {
  const window = await underLoad(profileDir)
  const [file = 'none'] = await readdir(profileDir)
  const profile = cpuProfile.parse(JSON.parse(await readFile(join(profileDir, file), 'utf8')))
  const { groups, functions, idle } = readProfile(profile, window)
  process.stdout.write(`${order.of}, ${order.workload} at ${order.connections}: idle ${percent(idle).trim()}\n`)
  process.stdout.write(table('By package, and by our folders', groups))
  process.stdout.write(table('By function', functions))
} finally {
  await rm(profileDir, { recursive: true, force: true })
}
