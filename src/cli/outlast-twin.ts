import { setTimeout as sleep } from 'node:timers/promises'
import { NotSent } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'

/** Somebody else is sending the same photo, and has no answer for long. This request charged nothing. */
export class StillBeingSent extends NotSent {
  constructor(cause: RequestRefused) {
    super('Somebody else is sending the same photo, and whether a job came of it is not known yet. Try again later.', {
      cause,
      code: cause.code,
    })
  }
}

/** A server takes up to 90 s to have a job made. */
const usualPatienceMs = 120_000

interface TwinOptions {
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** Called when the waiting begins. */
  readonly onWait: () => void
  /** How long to go on, in milliseconds. */
  readonly patienceMs?: number
}

/**
 * Sends under a key that stands for a photo's content. Where it is refused because of other arguments and no job is named, the
 * same photo is just being sent from another upload: it is asked again until there is a job, or the key is free.
 *
 * @throws StillBeingSent  neither came about in time
 * @throws whatever else the request came to
 */
export const outlastTwin = async <T>(
  send: () => Promise<T>,
  { signal, onWait, patienceMs = usualPatienceMs }: TwinOptions,
): Promise<T> => {
  const deadlineMs = performance.now() + patienceMs
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await send()
    } catch (error) {
      if (!isTwinUnderWay(error)) throw error
      if (signal.aborted || performance.now() >= deadlineMs) throw new StillBeingSent(error)
      if (attempts === 1) onWait()
      await sleep(Math.min(15_000, 500 * 2 ** (attempts - 1)), undefined, { signal }).catch(() => {
        throw new StillBeingSent(error)
      })
    }
  }
}

const isTwinUnderWay = (error: unknown): error is RequestRefused =>
  error instanceof RequestRefused && error.code === 'IDEMPOTENCY_CONFLICT' && error.jobId === null
