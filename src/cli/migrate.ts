import { migrateDatabase } from '../app.ts'
import { loadConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { startFailureOf } from './failures.ts'
import type { Io } from './io.ts'

/**
 * Brings the database up to date and says what was done.
 *
 * @returns the exit code
 * @throws ConfigError with all settings that are wrong
 * @throws CommandFailure when the database cannot be used
 */
export const migrate = async ({ environment, stdout }: Io): Promise<number> => {
  const config = loadConfig(environment)
  const logger = createLogger(config.logLevel)
  const made = await migrateDatabase(config, { logger }).catch((error: unknown) => {
    throw startFailureOf(error) ?? error
  })
  stdout.write(made.length === 0 ? 'up to date already\n' : `${made.map((name) => `made ${name}`).join('\n')}\n`)
  return 0
}
