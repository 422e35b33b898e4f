import type { Logger } from '../logger.ts'
import { CommandFailure, type StopSignal, codeOf, startFailureOf } from './failures.ts'
import { onStopSignal } from './stop-signal.ts'

/** Something that listens until it is stopped. */
export interface Service {
  readonly url: string
  start(): Promise<void>
  /** Finishes what is under way. */
  stop(): Promise<void>
}

interface RunOptions {
  readonly logger: Logger
  /** Called once, as soon as the service listens. */
  readonly announce: (url: string) => void
}

/**
 * Runs a service until SIGINT or SIGTERM, then stops it gracefully. A second signal ends the process at once, with exit code 1.
 *
 * @returns the exit code
 * @throws CommandFailure when it cannot start for a reason that a person can do something about
 */
export const runService = async (service: Service, { logger, announce }: RunOptions): Promise<number> => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<StopSignal>()
  const stopListening = onStopSignal({
    onFirst: ask,
    onSecond: (signal) => {
      logger.fatal({ signal }, 'asked again to stop: ending at once')
      process.exit(1)
    },
  })
  try {
    await service.start().catch((error: unknown) => {
      throw startFailureOf(error) ?? startFailure(error) ?? error
    })
    announce(service.url)
    const signal = await asked
    logger.info({ signal }, 'stopping: finishing what is under way')
    await service.stop()
    logger.info('stopped')
    return 0
  } finally {
    stopListening()
  }
}

/** null: nothing that a setting would mend. */
const startFailure = (error: unknown): CommandFailure | null => {
  const words = reasons[codeOf(error) ?? '']
  return words === undefined
    ? null
    : new CommandFailure(`It cannot listen at ${addressIn(error)}: ${words}`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'the port is in use already. Stop what uses it, or choose another with PORT (SANDBOX_PORT for the sandbox).',
  EACCES: 'this user may not use that port. Choose one from 1024 up with PORT (SANDBOX_PORT for the sandbox).',
  EADDRNOTAVAIL: 'this machine has no such address. See HOST.',
  ENOTFOUND: 'there is no such host. See HOST.',
  EAI_AGAIN: 'the host name cannot be looked up. See HOST.',
}

const addressIn = (error: unknown): string => {
  if (!(error instanceof Error)) return 'its address'
  const host = 'address' in error ? error.address : 'hostname' in error ? error.hostname : null
  const port = 'port' in error ? `:${String(error.port)}` : ''
  return typeof host === 'string' ? `${host}${port}` : 'its address'
}
