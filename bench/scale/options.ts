import { parseArgs } from 'node:util'

/** How much is measured, and for how long. */
export interface Plan {
  /** How many jobs are made a second. */
  readonly perSecond: number
  /** Renders that would take longer take this long: each run waits for the last one. */
  readonly longestRenderMs: number
  /** Until as many jobs end as begin, in seconds. */
  readonly warmUpSeconds: number
  /** The same where events come: within this time the gateway sees that they do (every 30 s it looks). */
  readonly eventWarmUpSeconds: number
  /** What is measured then, slice by slice. */
  readonly slices: number
  readonly sliceSeconds: number
  /** How long a gateway with nothing to do is watched, in seconds. */
  readonly restSeconds: number
  /** A small table of jobs, and a large one. */
  readonly rows: readonly [few: number, many: number]
  /** How often each list is measured over each table, in turn, and for how long each time. */
  readonly rounds: number
  readonly roundSeconds: number
  /** How many changes are timed through each replica. */
  readonly changes: number
  /** How long PostgreSQL commits as fast as goes, each way, in seconds. */
  readonly commitSeconds: number
  /** How many unfinished jobs there are while nothing happens, and how many subscriptions to them: a multiple. */
  readonly unfinished: number
  readonly subscriptions: number
  /** How long they are watched, in seconds: some rounds of the pings, which come every 25 s, and of the marks that are renewed every 60 s. */
  readonly waitSeconds: number
  /** How many of them then end, one after the other. */
  readonly endings: number
}

/** What is measured. */
export const parts = ['life', 'replicas', 'waiting', 'lists'] as const
/** One of them. */
export type Part = (typeof parts)[number]

const usual: Plan = {
  perSecond: 100,
  longestRenderMs: 10_000,
  warmUpSeconds: 20,
  eventWarmUpSeconds: 34,
  slices: 4,
  sliceSeconds: 2.5,
  restSeconds: 12,
  rows: [1_000, 1_000_000],
  rounds: 3,
  roundSeconds: 0.5,
  changes: 200,
  commitSeconds: 3,
  unfinished: 1_000,
  subscriptions: 10_000,
  waitSeconds: 150,
  endings: 100,
}

const quick: Plan = {
  perSecond: 20,
  longestRenderMs: 500,
  warmUpSeconds: 1,
  eventWarmUpSeconds: 1,
  slices: 1,
  sliceSeconds: 2,
  restSeconds: 1,
  rows: [1_000, 10_000],
  rounds: 1,
  roundSeconds: 0.2,
  changes: 5,
  commitSeconds: 0.2,
  unfinished: 20,
  subscriptions: 200,
  waitSeconds: 2,
  endings: 5,
}

/** The command line is wrong; the message says what is right. */
export class WrongOption extends Error {
  constructor(problem: string) {
    super(
      `${problem}\n\nnode bench/scale.ts [--quick] [--only ${parts.join(',')}]\n\n  --quick  a smoke run; writes nothing\n  --only   some parts alone; writes nothing`,
    )
    this.name = 'WrongOption'
  }
}

/** What the command line asks for. */
export interface Options {
  readonly plan: Plan
  readonly only: readonly Part[]
  readonly writes: boolean
}

/**
 * Reads the command line.
 *
 * @throws WrongOption
 */
export const readOptions = (args: readonly string[]): Options => {
  const { quick: isQuick = false, only } = parse(args)
  const names = only?.split(',') ?? parts
  const unknown = names.find((name) => !parts.some((part) => part === name))
  if (unknown !== undefined) throw new WrongOption(`There is no «${unknown}».`)
  return {
    plan: isQuick ? quick : usual,
    only: parts.filter((part) => names.includes(part)),
    writes: !isQuick && only === undefined,
  }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: { quick: { type: 'boolean' }, only: { type: 'string' } } }).values
  } catch (error) {
    throw new WrongOption(error instanceof Error ? error.message : String(error))
  }
}
