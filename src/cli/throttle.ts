import { setTimeout as sleep } from 'node:timers/promises'
import { NotSent } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'

/** Slows all photos of a run down together when the server says that it is too much. */
export interface Throttle {
  /**
   * Sends a request, and again for as long as it is only too early for it. While the server throttles, one request at a time
   * goes out to find out whether it still does; the others wait for what it says.
   *
   * @throws ThrottledForLong  nothing came through for a long time
   * @throws whatever else the request came to
   */
  send<T>(request: () => Promise<T>): Promise<T>
}

interface ThrottleOptions {
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** Called when a wait begins. */
  readonly onWait: (waitMs: number) => void
  /** How long to go on without anything coming through, in milliseconds; a wait that was asked for is always waited. */
  readonly patienceMs?: number
}

/** The server has refused everything for so long that waiting on makes no sense. Nothing was charged. */
export class ThrottledForLong extends NotSent {
  constructor(cause: RequestRefused) {
    super(cause.message, { cause, code: cause.code })
  }
}

const usualPatienceMs = 900_000

/** Makes one, for a whole run. */
export const createThrottle = ({ signal, onWait, patienceMs = usualPatienceMs }: ThrottleOptions): Throttle => {
  const gate = createGate(signal)
  let refusedSinceMs = 0

  const refused = (error: RequestRefused): void => {
    const nowMs = performance.now()
    if (!gate.isNarrow()) refusedSinceMs = nowMs
    else if (nowMs - refusedSinceMs > patienceMs) throw new ThrottledForLong(error)
    const waitMs = gate.shut(error.retryAfterSeconds)
    if (waitMs > 0) onWait(waitMs)
  }

  const send = async <T>(request: () => Promise<T>): Promise<T> => {
    const leave = await gate.enter()
    const sentAtMs = performance.now()
    try {
      const answer = await request()
      gate.passed(sentAtMs)
      return answer
    } catch (error) {
      if (!isThrottled(error)) throw error
      refused(error)
    } finally {
      leave()
    }
    return send(request)
  }
  return { send }
}

const isThrottled = (error: unknown): error is RequestRefused =>
  error instanceof RequestRefused && error.code === 'RATE_LIMITED' && error.charged !== 'UNKNOWN'

const longestBackOffMs = 60_000

/** Refusals that come together ask for nearly the same wait: it is told once. */
const newsMs = 1_000

/** Wide open, or shut until a time; from then on it lets one through at a time, until one has passed. */
const createGate = (signal: AbortSignal) => {
  let refusals = 0
  let openAtMs = 0
  let turn = Promise.resolve()

  /** What comes back in the meantime may move the time on, or open it wide. */
  const untilOpen = async (): Promise<void> => {
    const waitMs = openAtMs - performance.now()
    if (refusals === 0 || waitMs <= 0) return
    await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    await untilOpen()
  }

  return {
    isNarrow: (): boolean => refusals > 0,
    /** @returns lets the next one in */
    enter: async (): Promise<() => void> => {
      if (refusals === 0) return () => {}
      const { promise: next, resolve: leave } = Promise.withResolvers<void>()
      const before = turn
      turn = next
      await before
      await untilOpen().catch((error: unknown) => {
        leave()
        throw error
      })
      return leave
    },
    passed: (sentAtMs: number): void => {
      // One that was sent before the refusal says nothing about the time after it.
      if (sentAtMs >= openAtMs) refusals = 0
    },
    /** @returns milliseconds from now; 0: that is nothing new */
    shut: (retryAfterSeconds: number | null): number => {
      const nowMs = performance.now()
      // Those that were under way together are one refusal, not many.
      if (retryAfterSeconds === null && nowMs < openAtMs) return 0
      refusals += 1
      const waitMs =
        retryAfterSeconds === null
          ? Math.min(longestBackOffMs, 1_000 * 2 ** (refusals - 1))
          : Math.max(retryAfterSeconds * 1_000, 1)
      const isNews = nowMs + waitMs > openAtMs + newsMs
      openAtMs = Math.max(openAtMs, nowMs + waitMs)
      return isNews ? waitMs : 0
    },
  }
}
