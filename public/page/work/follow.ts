import { ConnectionLost, RequestRefused, keyChanged } from '../wire/failure.ts'
import { type Job, isFinal } from '../wire/operations.ts'
import type { Transport } from '../wire/subscribe.ts'
import { createLimit } from './limit.ts'
import type { Patience } from './patience.ts'

interface FollowOptions {
  /** The best one first. Each but the first holds a connection of its own for each job. */
  readonly transports: readonly Transport[]
  readonly patience: Patience
  readonly onJob: (job: Job) => void
}

/** Hears of a job until it is final, whatever happens to the connection. Resolves to its last state. @throws RequestRefused */
export type Follow = (jobId: string) => Promise<Job>

/** Follows jobs, and leaves them all when the key changes: then each rejects with KEY_CHANGED. */
export interface Follower {
  readonly follow: Follow
  readonly leaveAll: () => void
}

interface Attempt {
  readonly signal: AbortSignal
  readonly gotThrough: () => void
}

/** With connections of their own, this many jobs are followed at a time. */
const mostStreams = 3

/**
 * Makes what follows jobs: by the first transport that comes through, WebSocket, then events, then asking. One that gave a state
 * and broke is tried again; one that never gave any is left for the next.
 */
export const createFollow = ({ transports, patience, onJob }: FollowOptions): Follower => {
  const inTurn = createLimit(mostStreams)
  const following = new Map<string, Promise<Job>>()
  let preferred = 0
  let leave = new AbortController()

  const tryOne = async (index: number, id: string, { signal, gotThrough }: Attempt): Promise<Job | 'NOT_HEARD'> => {
    let latest: Job | null = null
    const listen = transports[index]
    if (listen === undefined) throw new ConnectionLost()
    const listenOnce = (): Promise<void> => {
      // It may have waited for its turn until after the key had changed.
      signal.throwIfAborted()
      return listen(id, {
        signal,
        onJob: (job) => {
          latest = job
          preferred = index
          gotThrough()
          onJob(job)
        },
      })
    }
    try {
      await (index === 0 ? listenOnce() : inTurn(listenOnce))
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      if (latest === null) return 'NOT_HEARD'
    }
    return finalOr(latest)
  }

  const tryAll = async (id: string, attempt: Attempt): Promise<Job> => {
    for (let index = preferred; index < transports.length; index += 1) {
      const job = await tryOne(index, id, attempt)
      if (job !== 'NOT_HEARD') return job
    }
    preferred = 0
    throw new ConnectionLost()
  }

  return {
    follow: (id) => {
      const already = following.get(id)
      if (already !== undefined) return already
      const { signal } = leave
      const job = patience((gotThrough) => tryAll(id, { signal, gotThrough })).finally(() => {
        if (!signal.aborted) following.delete(id)
      })
      following.set(id, job)
      return job
    },
    leaveAll: () => {
      leave.abort(new RequestRefused(keyChanged))
      leave = new AbortController()
      following.clear()
    },
  }
}

/** A stream that ends before the job is final was ended by a server that stops. */
const finalOr = (latest: Job | null): Job => {
  if (latest === null || !isFinal(latest)) throw new ConnectionLost()
  return latest
}
