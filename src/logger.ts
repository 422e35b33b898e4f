import { type DestinationStream, type Logger, pino } from 'pino'

/** The program's logger: one JSON object a line. */
export type { Logger }

/** What has secrets in it, and under which names it is most likely to be logged. A `*` for them would copy every value of every line. */
const secretNames = ['authorization', 'headers', 'apiKey']
const holders = ['err', 'error', 'req', 'request', 'res', 'response', 'reply', 'caller', 'context', 'config', 'options']
const secretPaths = secretNames.flatMap((name) => [name, ...holders.map((holder) => `${holder}.${name}`)])

/**
 * Makes the logger. Nothing logs headers or bodies; the redaction is a second lock for the day when something does.
 *
 * @param level       the least level that is written
 * @param destination where to; default: standard output
 */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: secretPaths,
        censor: '[secret]',
      },
    },
    destination,
  )
