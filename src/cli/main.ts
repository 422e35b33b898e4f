import { ConfigError } from '../config.ts'
import { parseCommandLine } from './command-line.ts'
import { CommandFailure, UsageError, exitCodeOf, wordsOf } from './failures.ts'
import type { Io } from './io.ts'
import { printable } from './text.ts'
import { usageOf } from './usage.ts'
import { packageVersion } from './version.ts'

/**
 * Runs one command line.
 *
 * @param argv without the program's own name
 * @returns the exit code: 0 done, 1 failed, 2 wrong command line, 129 to 143 stopped. Why stands on standard error
 */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  try {
    refuseOldNode(process.versions.node)
    return await run(argv, io)
  } catch (error) {
    io.stderr.write(`magic-hour-graphql: ${explain(error)}\n`)
    return exitCodeOf(error)
  }
}

// Each command is imported when it is asked for: the server's packages take longer to load than a help text to read.
const run = async (argv: readonly string[], io: Io): Promise<number> => {
  const command = parseCommandLine(argv)
  switch (command.name) {
    case 'serve':
      return (await import('./serve.ts')).serve(io)
    case 'sandbox':
      return (await import('./sandbox.ts')).sandbox(io)
    case 'migrate':
      return (await import('./migrate.ts')).migrate(io)
    case 'remove':
      return (await import('./remove.ts')).remove(command.options, io)
    case 'help':
      io.stdout.write(usageOf(command.about))
      return 0
    case 'version':
      io.stdout.write(`${packageVersion()}\n`)
      return 0
    default:
      return command satisfies never
  }
}

/** Said here, because an older Node fails much later, within a package and in words that help nobody. */
const refuseOldNode = (version: string): void => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return
  throw new CommandFailure(`Node 22.19 or newer is needed; this is ${version}.`)
}

const explain = (error: unknown): string => {
  // What was typed is part of it, and may be a file name from anywhere.
  if (error instanceof UsageError) return `${printable(error.message, 2_000)}\nSee magic-hour-graphql --help.`
  if (error instanceof ConfigError) {
    const lines = error.issues.map(({ setting, problem }) => `  ${setting}: ${problem}`)
    return ['these settings are wrong:', ...lines, 'See docs/configuration.md.'].join('\n')
  }
  return wordsOf(error)
}
