import { createApp } from '../app.ts'
import { type Config, loadConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import type { Io, TextOutput } from './io.ts'
import { runService } from './run-service.ts'
import { tuneHeap } from './tune-heap.ts'
import { packageVersion } from './version.ts'

/**
 * Serves the GraphQL API until it is asked to stop.
 *
 * @returns the exit code
 * @throws ConfigError with all settings that are wrong
 */
export const serve = async ({ environment, stdout }: Io): Promise<number> => {
  const config = loadConfig(environment)
  tuneHeap()
  const logger = createLogger(config.logLevel)
  for (const warning of config.warnings) logger.warn(warning)
  return runService(createApp(config, { logger }), {
    logger,
    announce: (url) => {
      const mode = modeOf(config)
      logger.info({ url: `${url}/graphql`, mode: mode.name }, `listening: ${mode.words}`)
      if (stdout.isTTY === true) welcome(stdout, { url, words: mode.words })
    },
  })
}

interface Mode {
  readonly name: 'sandbox' | 'server-key' | 'pass-through'
  readonly words: string
}

const modeOf = ({ magicHourBaseUrl, magicHourApiKey, allowAnonymous }: Config): Mode => {
  if (magicHourBaseUrl === 'sandbox')
    return { name: 'sandbox', words: 'the sandbox answers in place of Magic Hour; nothing is charged' }
  const upstream = `Magic Hour at ${magicHourBaseUrl.origin}`
  if (magicHourApiKey === null)
    return { name: 'pass-through', words: `${upstream}; each caller pays with their own key` }
  return {
    name: 'server-key',
    words: `${upstream}; this server's key pays for ${allowAnonymous ? 'anybody who asks' : 'callers with a gateway key'}`,
  }
}

const welcome = (stdout: TextOutput, { url, words }: { readonly url: string; readonly words: string }): void => {
  stdout.write(`
  magic-hour-graphql ${packageVersion()}

  GraphQL   ${url}/graphql
  Mode      ${words}
  Browser   ${url}
  Stop      Ctrl-C

`)
}
