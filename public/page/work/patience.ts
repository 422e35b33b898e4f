import { ConnectionLost } from '../wire/failure.ts'

/** Waits between attempts, in milliseconds; the last one repeats. */
const waitsMs = [1_000, 2_000, 4_000, 8_000, 15_000]

/** Told of a connection that is lost and found again. */
export interface Connection {
  readonly onLost: () => void
  readonly onFound: () => void
}

/**
 * Makes what does something until the server answers, however often the connection is lost. What it is given must be safe to
 * repeat. Other failures are thrown on.
 *
 * @returns a function of the attempt, which may say that it got through: then the waits begin anew when it fails again
 */
export const createPatience =
  ({ onLost, onFound }: Connection) =>
  async <T>(attempt: (gotThrough: () => void) => Promise<T>): Promise<T> => {
    let failures = 0
    const gotThrough = (): void => {
      if (failures > 0) onFound()
      failures = 0
    }
    for (;;) {
      try {
        const result = await attempt(gotThrough)
        gotThrough()
        return result
      } catch (error) {
        if (!(error instanceof ConnectionLost)) {
          gotThrough()
          throw error
        }
        if (failures === 0) onLost()
        await waitOrOnline(waitsMs[Math.min(failures, waitsMs.length - 1)] ?? 0)
        failures += 1
      }
    }
  }

/** Does something until the server answers. */
export type Patience = ReturnType<typeof createPatience>

/** A little unevenly, so that not all pages come back in the same moment; at once when the machine is back on its network. */
const waitOrOnline = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      removeEventListener('online', end)
      resolve()
    }
    const timer = setTimeout(end, ms * (0.75 + Math.random() / 2))
    addEventListener('online', end)
  })
