import type { Dispatcher } from 'undici'
import { download } from './download.ts'
import { NoPicture, TransferFailed, wordsOf } from './failures.ts'
import { followJob } from './follow-job.ts'
import type { RemovalApi, RemovalJob } from './operations.ts'
import type { Progress } from './progress.ts'
import { RemovalFailed } from './removal-failed.ts'
import { withRetries } from './retry.ts'
import { formatCredits, printable } from './text.ts'

/** How the picture of a job comes to its place. */
export interface Collection {
  readonly outputPath: string
  readonly api: RemovalApi
  readonly dispatcher: Dispatcher
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Up to 5 minutes in the queue is called normal; twice that is given. */
const followLimitMs = 600_000

/**
 * Waits for a job that was made and writes its picture.
 *
 * @returns the final job
 * @throws RemovalFailed with the job's id in it, whatever went wrong: it is paid
 */
export const collect = async (collection: Collection, made: RemovalJob): Promise<RemovalJob> => {
  let latest = made
  try {
    latest = await follow(collection, made)
    await fetchPicture(collection, latest)
    return latest
  } catch (error) {
    throw withJob(error, latest)
  }
}

const follow = ({ api, signal, progress }: Collection, made: RemovalJob): Promise<RemovalJob> => {
  const onAnswer = ({ status }: RemovalJob): void => {
    const step = steps[status]
    if (step !== undefined) progress.step(step)
  }
  onAnswer(made)
  return followJob(made, { api, signal, limitMs: followLimitMs, onAnswer, now: () => performance.now() })
}

const steps: Readonly<Record<string, string>> = {
  DRAFT: 'queued',
  QUEUED: 'queued',
  RENDERING: 'rendering',
  COMPLETE: 'downloading',
}

const fetchPicture = async (collection: Collection, job: RemovalJob): Promise<void> => {
  const { api, outputPath, progress, signal } = collection
  let latest = job
  let attempts = 0
  await withRetries(
    async () => {
      attempts += 1
      // A link that failed may have died, and one that is missing may have come.
      if (attempts > 1) latest = (await api.job(job.id, 0, signal)) ?? latest
      await download(linkOf(latest), outputPath, { ...collection, onProgress: progress.advance })
    },
    { signal, onRetry: (error) => progress.note(`${wordsOf(error)} Trying again.`) },
  )
}

const linkOf = ({ status, deleted, downloads, error }: RemovalJob): string => {
  if (status === 'ERROR') {
    throw new NoPicture(
      `Magic Hour could not make the picture: ${printable(error?.code ?? 'unknown_error', 60)}: ${printable(error?.message ?? '')}`,
      'RENDER_FAILED',
    )
  }
  if (status === 'CANCELED') throw new NoPicture("The job was canceled in Magic Hour's web app.", 'JOB_CANCELED')
  if (deleted) throw new NoPicture('The picture was deleted at Magic Hour.', 'JOB_DELETED')
  const link = downloads?.[0]
  if (link === undefined) {
    throw new TransferFailed('The job is complete, but there is no link to its picture yet.', { isRetryable: true })
  }
  return link.url
}

/** Says with a failure which job it is about, and what that cost. */
export const withJob = (error: unknown, job: RemovalJob): RemovalFailed =>
  new RemovalFailed(error, {
    lines: [
      `job: ${printable(job.id)}`,
      `charged: ${job.creditsCharged === null ? 'not known' : formatCredits(job.creditsCharged)}`,
      ...(error instanceof NoPicture ? [] : ['Keep the id: it is the way back to the picture.']),
    ],
    charged: job.creditsCharged === 0 ? 'NO' : 'YES',
    job,
  })
