import { type Config, loadConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { createSandbox } from '../sandbox/sandbox.ts'
import { CommandFailure } from './failures.ts'
import type { Environment, Io, TextOutput } from './io.ts'
import { runService } from './run-service.ts'

/** Where the sandbox listens unless SANDBOX_PORT says otherwise. */
const defaultPort = 4010

/**
 * Runs the stand-in for Magic Hour on a port of its own, with one log line a request, until it is asked to stop.
 *
 * @returns the exit code
 * @throws ConfigError with all settings that are wrong
 */
export const sandbox = async ({ environment, stdout }: Io): Promise<number> => {
  const config = loadConfig(ownSettings(environment))
  const logger = createLogger(config.logLevel)
  if (config.isProduction) {
    logger.warn(
      'NODE_ENV=production, but this is the sandbox: it is not Magic Hour, its pictures are rough and its jobs are lost',
    )
  }
  const service = createSandbox({
    port: config.sandboxPort ?? defaultPort,
    host: config.host,
    renderMs: config.sandboxRenderMs,
    ...webhooksOf(config),
    onRequest: ({ method, path, status, durationMs }) =>
      logger.info({ method, path, status, ms: Math.round(durationMs) }, 'request'),
  })
  return runService(service, {
    logger,
    announce: (url) => {
      logger.info({ url }, 'listening: this is a sandbox in place of Magic Hour; nothing is charged')
      if (stdout.isTTY === true) welcome(stdout, url)
    },
  })
}

/** The gateway's settings, right or wrong, are none of the sandbox's business. */
const ownSettings = (environment: Environment): Environment =>
  Object.fromEntries(ownSettingNames.map((name) => [name, environment[name]]))

const ownSettingNames = [
  'NODE_ENV',
  'HOST',
  'LOG_LEVEL',
  'SANDBOX_PORT',
  'SANDBOX_RENDER_MS',
  'SANDBOX_WEBHOOKS',
  'MAGIC_HOUR_WEBHOOK_SECRET',
] as const

/** Here there is no gateway that would know where it is itself. */
const webhooksOf = ({ sandboxWebhooks, webhookSecret }: Config) => {
  if (sandboxWebhooks === 'here') {
    throw new CommandFailure(
      'SANDBOX_WEBHOOKS: expected the URL to deliver to, for example http://localhost:4000/webhooks/magic-hour.',
    )
  }
  return sandboxWebhooks === null || webhookSecret === null
    ? {}
    : { webhooks: { url: () => sandboxWebhooks.href, secret: webhookSecret } }
}

const welcome = (stdout: TextOutput, url: string): void => {
  stdout.write(`
  Sandbox: a stand-in for Magic Hour. Nothing is charged, and all is forgotten when it stops.

  REST API  ${url}
  Key       any text
  Use it    MAGIC_HOUR_BASE_URL=${url} magic-hour-graphql serve
  Stop      Ctrl-C

`)
}
