import { setTimeout } from 'node:timers/promises'

/**
 * Waits without keeping the process alive.
 *
 * @param ms      at most 2 147 483 647; what is not positive counts as 1
 * @param signal  ends the wait
 * @returns whether the time has passed; false as soon as the signal ends it
 */
export const pause = async (ms: number, signal: AbortSignal): Promise<boolean> => {
  try {
    await setTimeout(ms, true, { signal, ref: false })
    return true
  } catch {
    return false
  }
}
