import { CommandFailure, Interrupted, type StopSignal, wordsOf } from './failures.ts'
import type { Io } from './io.ts'
import { onStopSignal } from './stop-signal.ts'

/** What watches during a run for Ctrl-C and the like. */
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

/** The first Ctrl-C, or an output that nobody reads any more, stops where nothing paid can be lost by it; the second Ctrl-C at once. */
export const watchForStop = ({ stdout, stderr }: Io, note: (text: string) => void): StopWatch => {
  const stopping = new AbortController()
  let reason: Interrupted | null = null
  const stop = (signal: StopSignal): void => {
    reason ??= new Interrupted(signal)
    stopping.abort(reason)
  }
  // Never taken off again: the failure of the last write comes after the run.
  for (const output of [stdout, stderr]) output.on?.('error', () => stop('SIGPIPE'))
  const end = onStopSignal({
    onFirst: (signal) => {
      note('Stopping as soon as no paid job can be lost by it. Once more to stop at once.')
      stop(signal)
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
