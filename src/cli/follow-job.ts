import { setTimeout as sleep } from 'node:timers/promises'
import { CommandFailure, Interrupted, UnreadableAnswer } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'
import type { RemovalApi, RemovalJob } from './operations.ts'
import { retryWaitMs } from './retry.ts'

interface FollowOptions {
  readonly api: Pick<RemovalApi, 'job'>
  readonly signal: AbortSignal
  /** Milliseconds after which it is given up. */
  readonly limitMs: number
  /** Called with each answer. */
  readonly onAnswer: (job: RemovalJob) => void
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number
}

/** The job did not come to an end in the time that this command gives it. */
export class StillUnfinished extends CommandFailure {
  constructor(limitMs: number) {
    super(`The picture is not finished after ${Math.round(limitMs / 60_000)} minutes.`, { code: 'JOB_UNFINISHED' })
  }
}

/**
 * Waits until a job is final. Most are within seconds, so the first waits are short and show how it goes on; then the server
 * holds each answer longer, and Magic Hour is asked less often.
 *
 * @throws StillUnfinished   the time is over
 * @throws CommandFailure    the server cannot say any more; broken connections and what passes are waited out
 */
export const followJob = async (job: RemovalJob, options: FollowOptions): Promise<RemovalJob> => {
  const deadlineMs = options.now() + options.limitMs
  let current = job
  for (let asked = 0; !isOver(current); asked += 1) {
    if (options.now() >= deadlineMs) throw new StillUnfinished(options.limitMs)
    current = await askUntilAnswered(current.id, { ...options, deadlineMs, waitForSeconds: waitForSeconds(asked) })
    options.onAnswer(current)
  }
  return current
}

const isOver = ({ status, deleted }: RemovalJob): boolean => deleted || finalStatuses.has(status)

const finalStatuses: ReadonlySet<string> = new Set(['COMPLETE', 'ERROR', 'CANCELED'])

const waitForSeconds = (asked: number): number => [3, 6, 12].at(asked) ?? 25

interface AskOptions extends FollowOptions {
  readonly deadlineMs: number
  readonly waitForSeconds: number
}

const askUntilAnswered = async (
  id: string,
  { api, signal, now, deadlineMs, waitForSeconds }: AskOptions,
): Promise<RemovalJob> => {
  for (let attempts = 1; ; attempts += 1) {
    try {
      const job = await api.job(id, waitForSeconds, signal)
      if (job !== null) return job
      throw new CommandFailure('The server does not know the job any more. Was it restarted?', { code: 'JOB_UNKNOWN' })
    } catch (error) {
      // What is paid is not given up for a hiccup: it is asked again until the time is over.
      if (!mayPass(error) || now() >= deadlineMs) throw error
      await sleep(pauseMs(error, attempts), undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}

const mayPass = (error: unknown): boolean => {
  if (error instanceof Interrupted) return false
  if (error instanceof RequestRefused) return error.retryable
  return error instanceof UnreadableAnswer ? error.status >= 500 : retryWaitMs(error, 1) !== null
}

const pauseMs = (error: unknown, attempts: number): number =>
  Math.min(retryWaitMs(error, attempts) ?? 500 * 2 ** (attempts - 1), 15_000)
