import { readFile, readdir, stat } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Child } from '../comparison/child.ts'

/** How long something took, over many times. All 0 where there was none. */
const times = z.object({
  count: z.int(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
})
/** See `times`. */
export type Times = z.output<typeof times>

/** What was seen inside the gateway since it was asked last. */
const insideFigures = z.object({
  /** How long the event loop was held by groups of writes: from `begin` to the end of `commit`. */
  transactions: times,
  /** And by all other statements, one by one. */
  statements: times,
  /** How many of both held it for more than 20 ms. */
  longHolds: z.int(),
  /** How late a timer was. */
  loopDelays: times,
  /** The longest time in which nobody had a turn, and how much of it the thread waited for its core; null: the system does not tell. */
  longestStop: z.object({ ms: z.number(), waitedMs: z.number().nullable() }),
  /** Garbage collections of every kind: how long they stopped the program. */
  collections: times,
  heapUsedBytes: z.number(),
  /** What V8 keeps outside its heap. */
  externalBytes: z.number(),
  /** What each full collection left of the old generation. */
  liveBytes: z.array(z.number()),
  /** Open handles and requests by their kind. */
  handles: z.record(z.string(), z.number()),
})
/** See `insideFigures`. */
export type InsideFigures = z.output<typeof insideFigures>

/** What was seen inside since the last time that this was asked. */
export const lookInside = async (gateway: Child): Promise<InsideFigures> => insideFigures.parse(await gateway.ask({}))

/** What Node runs, seen from the project's root. */
export const builtScript = ['dist/cli.js', 'serve'] as const

/** What is measured is what people install. */
export class BuildMissing extends Error {
  constructor(problem: string) {
    super(`dist/ ${problem}. Run \`npm run build\` first.`)
    this.name = 'BuildMissing'
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Makes sure that the gateway is built, from the source as it is.
 *
 * @throws BuildMissing
 */
export const requireBuild = async (): Promise<void> => {
  const builtAt = await changedAt(join(root, 'dist/cli.js'))
  if (builtAt === null) throw new BuildMissing('is not there')
  for (const name of await readdir(join(root, 'src'), { recursive: true })) {
    // The tests make it anew each time, and it says what the schema says.
    if (name.startsWith(join('graphql', 'generated'))) continue
    const changed = await changedAt(join(root, 'src', name))
    if (changed !== null && changed > builtAt) throw new BuildMissing(`is older than src/${name}`)
  }
}

const changedAt = async (path: string): Promise<number | null> => {
  const found = await stat(path).catch(() => null)
  return found?.mtimeMs ?? null
}

/**
 * The setting that has Node run `inside.ts` first, as JavaScript: Node's own stripping of types takes 17 MB that would be counted
 * as the gateway's.
 */
export const insideSetting = async (): Promise<{ readonly NODE_OPTIONS: string }> => {
  const source = stripTypeScriptTypes(await readFile(new URL('inside.ts', import.meta.url), 'utf8'))
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(source).toString('base64')}` }
}
