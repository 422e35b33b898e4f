import type { StopSignal } from './failures.ts'

interface StopSignalListeners {
  readonly onFirst: (signal: StopSignal) => void
  /** Whoever asks again does not want to wait. */
  readonly onSecond: (signal: StopSignal) => void
}

/** npm hands a terminal's Ctrl-C on to a script that the terminal has told already: so near, two are one. */
const echoMs = 500

/**
 * Listens for SIGINT and SIGTERM.
 *
 * @returns stops listening
 */
export const onStopSignal = ({ onFirst, onSecond }: StopSignalListeners): (() => void) => {
  let firstAtMs: number | null = null
  const listener = (signal: StopSignal): void => {
    const nowMs = performance.now()
    if (firstAtMs === null) {
      firstAtMs = nowMs
      onFirst(signal)
    } else if (nowMs - firstAtMs > echoMs) onSecond(signal)
  }
  process.on('SIGINT', listener).on('SIGTERM', listener)
  return () => {
    process.off('SIGINT', listener).off('SIGTERM', listener)
  }
}
