import { setTimeout as sleep } from 'node:timers/promises'
import { ServerUnreachable, TransferFailed } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'

const usualAttempts = 4
const longestBackOffMs = 15_000
const longestAskedWaitMs = 120_000

interface RetryOptions {
  /** Ends the waiting between two attempts. */
  readonly signal: AbortSignal
  /** Called before each wait. */
  readonly onRetry: (error: unknown, waitMs: number) => void
  /** How often in all; asked anew after each attempt. Default: 4. */
  readonly maxAttempts?: () => number
}

/**
 * Tries again what may simply be tried again: broken connections, and what the server says will pass, when it says so. For
 * reads, and for a mutation with an idempotency key.
 */
export const withRetries = async <T>(
  attempt: () => Promise<T>,
  { signal, onRetry, maxAttempts = () => usualAttempts }: RetryOptions,
): Promise<T> => {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt()
    } catch (error) {
      const waitMs = retryWaitMs(error, attempts)
      if (waitMs === null || attempts >= maxAttempts() || signal.aborted) throw error
      onRetry(error, waitMs)
      // What happened stays worth more than that somebody stopped waiting for better.
      await sleep(waitMs, undefined, { signal }).catch(() => {
        throw error
      })
    }
  }
}

/**
 * How long to wait before trying again.
 *
 * @param attempts made so far, from 1
 * @returns milliseconds; null: trying again is of no use, or could cost twice
 */
export const retryWaitMs = (error: unknown, attempts: number): number | null => {
  const backOffMs = Math.min(longestBackOffMs, 500 * 2 ** (attempts - 1))
  if (error instanceof ServerUnreachable) return backOffMs
  if (error instanceof TransferFailed) return error.isRetryable ? backOffMs : null
  if (!(error instanceof RequestRefused) || !passing.has(error.code) || error.retryAfterSeconds === null) return null
  const askedMs = error.retryAfterSeconds * 1_000
  return askedMs <= longestAskedWaitMs ? Math.max(askedMs, backOffMs) : null
}

/** Codes with which surely nothing was charged, and which pass. */
const passing: ReadonlySet<string> = new Set(['UPSTREAM_UNAVAILABLE', 'RATE_LIMITED'])
