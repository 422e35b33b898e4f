import { CommandFailure, Interrupted, wordsOf } from './failures.ts'
import { onStopSignal } from './stop-signal.ts'

/** What watches for Ctrl-C during a run. */
export interface StopWatch {
  /** Aborted by the first, with an Interrupted. */
  readonly signal: AbortSignal
  /** Why it was aborted; null: it was not. */
  readonly reason: () => Interrupted | null
  /** Stops watching. */
  readonly end: () => void
  /** A failure that came after the stop was asked for ends with the exit code of the stop. */
  readonly asEnded: (error: unknown) => unknown
}

/** The first Ctrl-C stops where nothing paid can be lost by it, the second at once. */
export const watchForStop = (note: (text: string) => void): StopWatch => {
  const stopping = new AbortController()
  let reason: Interrupted | null = null
  const end = onStopSignal({
    onFirst: (signal) => {
      reason = new Interrupted(signal)
      note('Stopping as soon as no paid job can be lost by it. Once more to stop at once.')
      stopping.abort(reason)
    },
    onSecond: (signal) => {
      note('Stopped at once. Without a job id above, look into your Magic Hour library before you try again.')
      process.exit(new Interrupted(signal).exitCode)
    },
  })
  return {
    signal: stopping.signal,
    reason: () => reason,
    end,
    asEnded: (error) =>
      reason === null ? error : new CommandFailure(wordsOf(error), { cause: error, exitCode: reason.exitCode }),
  }
}
