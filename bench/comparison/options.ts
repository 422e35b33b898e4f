import { parseArgs } from 'node:util'
import { candidates } from './candidates.ts'

/** What to measure, and for how long. */
export interface Options {
  readonly pairs: number
  /** Of each measurement. */
  readonly seconds: number
  /** Of each workload, of each process, before anything is measured. */
  readonly warmUpSeconds: number
  readonly connections: readonly number[]
  /** Names of candidates. */
  readonly only: readonly string[]
  /** Nothing is measured: the report is written anew from the figures of the last time. */
  readonly isReportOnly: boolean
}

/** The command line is wrong; the message says what is right. */
export class WrongOption extends Error {
  constructor(problem: string) {
    super(`${problem}\n\n${usage}`)
    this.name = 'WrongOption'
  }
}

const names = candidates.map(({ name }) => name)

const usage = `node bench/comparison.ts [options]

  --pairs N         how many pairs of fresh processes each candidate gets (6)
  --seconds N       how long each measurement takes (1)
  --warm-up N       how long each workload is warmed up, in seconds (3)
  --connections N,M how many requests at a time (32,128)
  --only A,B        which candidates: ${names.join(', ')}
  --quick           a smoke run: 1 pair, 0.3 s each; writes nothing
  --report          measures nothing, writes the report anew`

const usual = { pairs: 6, seconds: 1, warmUpSeconds: 3 } as const
const quick = { pairs: 1, seconds: 0.3, warmUpSeconds: 0.3 } as const

/**
 * Reads the command line.
 *
 * @throws WrongOption
 */
export const readOptions = (args: readonly string[]): Options & { readonly isQuick: boolean } => {
  const values = parse(args)
  const defaults = values.quick === true ? quick : usual
  const only = values.only?.split(',') ?? names
  const unknown = only.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new WrongOption(`There is no «${unknown}».`)
  return {
    pairs: numberOf('pairs', values.pairs ?? String(defaults.pairs), { isWhole: true }),
    seconds: numberOf('seconds', values.seconds ?? String(defaults.seconds)),
    warmUpSeconds: numberOf('warm-up', values['warm-up'] ?? String(defaults.warmUpSeconds)),
    connections: (values.connections ?? '32,128')
      .split(',')
      .map((text) => numberOf('connections', text, { isWhole: true })),
    only,
    isReportOnly: values.report === true,
    isQuick: values.quick === true,
  }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        pairs: { type: 'string' },
        seconds: { type: 'string' },
        'warm-up': { type: 'string' },
        connections: { type: 'string' },
        only: { type: 'string' },
        quick: { type: 'boolean' },
        report: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new WrongOption(error instanceof Error ? error.message : String(error))
  }
}

const numberOf = (option: string, text: string, { isWhole = false } = {}): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 1_000) || (isWhole && !Number.isInteger(value)))
    throw new WrongOption(`--${option} wants ${isWhole ? 'a whole number' : 'a number'} over 0, and not «${text}».`)
  return value
}
