import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { UsageError, codeOf } from './failures.ts'
import { serverUrlOf } from './server-url.ts'

/** The commands that do something, by the names they are typed with. */
export const commandNames = ['serve', 'sandbox', 'migrate', 'remove'] as const
export type CommandName = (typeof commandNames)[number]

/** What somebody typed, understood. */
export type Command =
  | { readonly name: 'serve' | 'sandbox' | 'migrate' | 'version' }
  | { readonly name: 'remove'; readonly options: RemoveOptions }
  /** null: the help for all. */
  | { readonly name: 'help'; readonly about: CommandName | null }

/** What `remove` was asked to do. */
export interface RemoveOptions {
  /** Files, folders, and http(s) URLs that Magic Hour fetches itself. At least one. */
  readonly photos: readonly string[]
  readonly background: string | null
  /** Of one photo, the PNG; of several, the folder for all of them; null: beside each photo. */
  readonly output: string | null
  /** Whether existing output files are replaced. */
  readonly force: boolean
  /** Whether to pay again for photos that were paid before. */
  readonly again: boolean
  /** How many photos are worked on at once. */
  readonly concurrency: number
  /** Whether standard output is for a program. */
  readonly json: boolean
  /** The folder for the record of what is paid; null: the usual one of the system. */
  readonly state: string | null
  readonly name: string | null
  /** The GraphQL endpoint of a running server; null: one is started for this run. */
  readonly server: URL | null
  readonly key: KeySource | null
}

/** Where the key to show to the server comes from. */
export type KeySource = { readonly text: string } | { readonly file: string }

/**
 * Reads a command line.
 *
 * @param argv without the program's own name
 * @throws UsageError in words that say what is wrong
 */
export const parseCommandLine = (argv: readonly string[]): Command => {
  const [first, ...rest] = argv
  if (first === undefined || (first.startsWith('-') && !isGlobalFlag(first))) return parseService('serve', argv)
  if (first === '--help' || first === '-h') return { name: 'help', about: null }
  if (first === '--version') return { name: 'version' }
  const name = commandNames.find((known) => known === first)
  if (name === undefined) throw new UsageError(`There is no command «${first}». Known are ${commandNames.join(', ')}.`)
  return name === 'remove' ? parseRemove(rest) : parseService(name, rest)
}

const isGlobalFlag = (argument: string): boolean => ['--help', '-h', '--version'].includes(argument)

const help = { help: { type: 'boolean', short: 'h', default: false } } as const

const parseService = (name: 'serve' | 'sandbox' | 'migrate', args: readonly string[]): Command => {
  const { values, positionals } = parse(args, help)
  if (values.help) return { name: 'help', about: name }
  if (positionals.length > 0) throw new UsageError(`«${name}» takes no arguments, only settings from the environment.`)
  return { name }
}

const removeOptions = {
  ...help,
  background: { type: 'string', short: 'b' },
  output: { type: 'string', short: 'o' },
  force: { type: 'boolean', short: 'f', default: false },
  again: { type: 'boolean', default: false },
  concurrency: { type: 'string', default: '4' },
  json: { type: 'boolean', default: false },
  state: { type: 'string' },
  name: { type: 'string' },
  server: { type: 'string' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
} as const

const parseRemove = (args: readonly string[]): Command => {
  const { values, positionals } = parse(args, removeOptions)
  if (values.help) return { name: 'help', about: 'remove' }
  if (positionals.length === 0 || positionals.includes('')) {
    throw new UsageError('Which photo? Give files, folders or http(s) URLs.')
  }
  const options: RemoveOptions = {
    photos: positionals,
    background: values.background ?? null,
    output: filled('output', values.output),
    force: values.force,
    again: values.again,
    concurrency: concurrencyOf(values.concurrency),
    json: values.json,
    state: filled('state', values.state),
    name: values.name ?? null,
    server: values.server === undefined ? null : serverUrlOf(values.server),
    key: keySource(values.key, values['key-file']),
  }
  return { name: 'remove', options }
}

const concurrencyOf = (text: string): number => {
  const number = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= 32) return number
  throw new UsageError(`--concurrency: give a whole number from 1 to 32 (not «${text}»).`)
}

const filled = (name: string, text: string | undefined): string | null => {
  if (text === '') throw new UsageError(`--${name}: give a path.`)
  return text ?? null
}

const keySource = (text: string | undefined, file: string | undefined): KeySource | null => {
  if (text !== undefined && file !== undefined) throw new UsageError('Give --key or --key-file, not both.')
  if (text !== undefined) return { text }
  return file === undefined ? null : { file }
}

const parse = <T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    if (error instanceof Error && codeOf(error)?.startsWith('ERR_PARSE_ARGS') === true) {
      throw new UsageError(error.message)
    }
    throw error
  }
}
