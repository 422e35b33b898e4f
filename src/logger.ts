import { type DestinationStream, type Logger, pino } from 'pino'

/** The program's logger: one JSON object a line. */
export type { Logger }

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
        paths: ['authorization', '*.authorization', 'headers', '*.headers', 'apiKey', '*.apiKey'],
        censor: '[secret]',
      },
    },
    destination,
  )
