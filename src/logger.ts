import { type DestinationStream, type Logger, pino } from 'pino'

/** The program's logger: one JSON object a line. */
export type { Logger }

/**
 * Makes the logger. Nothing logs headers or bodies; the redaction is a second lock for the day when something does.
 *
 * @param level       the least level that is written
 * @param destination where to; default: standard output, at most 10 ms later
 */
export const createLogger = (level: string, destination: DestinationStream = standardOutput()): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        // An error is the one thing with parts of its own that is ever logged. A «*» in place of «err» would copy every value of every line.
        paths: ['authorization', 'headers', 'apiKey', 'err.authorization', 'err.headers', 'err.apiKey'],
        censor: '[secret]',
      },
    },
    destination,
  )

const longestWaitMs = 10
/** As much as a pipe takes whole. */
const longestText = 4_096

/** Writes what comes within some milliseconds as one: a write is done by another thread, and to wake that costs more than a line. */
const standardOutput = (): DestinationStream => {
  const output = pino.destination({ sync: false })
  let waiting = ''
  let timer: NodeJS.Timeout | null = null
  const write = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting !== '') output.write(waiting)
    waiting = ''
  }
  process.once('exit', () => {
    write()
    output.flushSync()
  })
  return {
    write: (line) => {
      waiting += line
      if (waiting.length >= longestText) write()
      else timer ??= setTimeout(write, longestWaitMs)
    },
  }
}
