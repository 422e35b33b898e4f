import type { StopSignal } from './failures.ts'

interface StopSignalListeners {
  readonly onFirst: (signal: StopSignal) => void
  /** Whoever asks again does not want to wait. */
  readonly onSecond: (signal: StopSignal) => void
}

/** npm hands a terminal's Ctrl-C on to a script that the terminal has told already: so near, two are one. */
const echoMs = 500

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Listens for SIGINT, SIGTERM and SIGHUP.
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
      // A terminal that closes tells it itself and through its shell: that is nobody who asks again.
    } else if (signal !== 'SIGHUP' && nowMs - firstAtMs > echoMs) onSecond(signal)
  }
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}
