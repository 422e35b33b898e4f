import type { Clock } from '../../src/domain/ports.ts'

interface Sleeper {
  readonly wakeAt: number
  readonly wake: () => void
}

/** A clock that stands still until it is told to move. */
export interface TestClock extends Clock {
  /** How long each sleep that was skipped would have been, in milliseconds, in order. */
  readonly skipped: readonly number[]
  /** Moves on and wakes those whose time has come. */
  advance(ms: number): void
  /** Resolves as soon as so many are asleep. */
  asleep(count: number): Promise<void>
}

/**
 * Makes a clock that starts on 2026-01-01.
 *
 * @param skipUpToMs sleeps up to this long take no time at all and move the clock on; longer ones wait for `advance`
 */
export const createTestClock = ({ skipUpToMs = -1 }: { skipUpToMs?: number } = {}): TestClock => {
  let now = Date.UTC(2026, 0, 1)
  const sleepers = new Set<Sleeper>()
  const watchers = new Set<() => void>()
  const skipped: number[] = []

  return {
    skipped,
    now: () => now,
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.resolve()
      if (ms <= skipUpToMs) {
        skipped.push(ms)
        now += ms
        return Promise.resolve()
      }
      return new Promise<void>((resolve) => {
        const sleeper = {
          wakeAt: now + ms,
          wake: () => {
            sleepers.delete(sleeper)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', sleeper.wake, { once: true })
        for (const look of watchers) look()
      })
    },
    advance: (ms) => {
      now += ms
      for (const sleeper of sleepers) if (sleeper.wakeAt <= now) sleeper.wake()
    },
    asleep: (count) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (sleepers.size < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
  }
}
