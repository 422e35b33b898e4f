import { type Collection, withJob } from './collect.ts'
import { keyAfter } from './content-key.ts'
import { chargeKnown, isLost, uncharged } from './charge-known.ts'
import { CommandFailure } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'
import { isMadeNow } from './made-now.ts'
import type { RemovalJob, RemovalRequest } from './operations.ts'
import { outlastTwin } from './outlast-twin.ts'
import { type Placing, putInputs, retrying } from './put-inputs.ts'
import type { RecordedRemoval, Records } from './records.ts'
import { RemovalFailed } from './removal-failed.ts'
import { formatCredits, printable } from './text.ts'

/** One removal: from what, by whom, to where. */
export interface Removal extends Collection, Placing {
  /** The name of the job at Magic Hour; null: theirs. */
  readonly name: string | null
  /** The idempotency key that stands for photo, background and name. */
  readonly contentKey: string
  /** A text that was never used, to pay again on purpose: it makes the key a new one. null: what was paid before is used. */
  readonly again: string | null
  readonly records: Records
  /** Whether a sandbox answered: its jobs end with it, so that none of them is recorded. Known once it has answered. */
  readonly isSandbox: () => boolean
  /** Whether the next run's same request resolves to the same job, so that it is paid once. */
  readonly isRepeatable: boolean
  readonly runStartedAt: Date
  /** Called before a submission leaves; throws where no more are wanted. */
  readonly checkGoOn: () => void
}

/** A job, and whether it was made, and so paid, now; null: now or a moment before, which cannot be told apart. */
export interface Obtained {
  readonly job: RemovalJob
  readonly isNew: boolean | null
}

/**
 * Comes to the job of a photo: the one that was made on an earlier run, or else a new one. Magic Hour is paid for it once,
 * however often and wherever this is called.
 *
 * @throws RemovalFailed saying what was charged, and the job's id wherever it is known
 */
export const obtainJob = async (removal: Removal): Promise<Obtained> => {
  const { contentKey, again, records } = removal
  const recorded = records.find(contentKey)
  if (again !== null) return submitAs(removal, keyAfter(contentKey, again), { recorded, isRepeat: false })
  const requestKey = recorded?.requestKey ?? contentKey
  const obtained =
    recorded?.jobId == null
      ? await submitAs(removal, requestKey, { recorded, isRepeat: recorded !== null })
      : { job: await recall(removal, recorded.jobId), isNew: false }
  if (obtained.isNew !== false || !isRefunded(obtained.job)) return obtained
  removal.progress.note(
    `job ${printable(obtained.job.id)} of an earlier run came to nothing and was refunded: once more`,
  )
  // Read anew: on the way here it was sent under the key of before, and that led to this job.
  const before = { recorded: records.find(contentKey), isRepeat: false }
  return submitAs(removal, keyAfter(contentKey, obtained.job.id), before)
}

/** A job without a picture that cost nothing: the next run may try again. */
const isRefunded = ({ status, creditsCharged }: RemovalJob): boolean =>
  (status === 'ERROR' || status === 'CANCELED') && creditsCharged === 0

const recall = async (removal: Removal, jobId: string): Promise<RemovalJob> => {
  const lines = [`job: ${printable(jobId)}`, 'It was paid before. To pay for another one, add --again.']
  const details = { lines, charged: 'YES', job: { id: jobId, creditsCharged: null }, isPaidBefore: true } as const
  const job = await retrying(removal, () => removal.api.job(jobId, 0, removal.signal)).catch((error: unknown) => {
    throw new RemovalFailed(error, details)
  })
  if (job !== null) return job
  const unknown = new CommandFailure('The server does not know the job of this photo.', { code: 'JOB_UNKNOWN' })
  throw new RemovalFailed(unknown, details)
}

interface Before {
  /** What earlier runs left. */
  readonly recorded: RecordedRemoval | null
  /** Whether the key may have been sent before, so that its job may be an earlier one. */
  readonly isRepeat: boolean
}

/** With what was uploaded before, if it is still there: the same arguments are what makes a repeated key resolve. */
const submitAs = async (removal: Removal, requestKey: string, before: Before): Promise<Obtained> => {
  const kept = keptAssets(removal, before.recorded)
  if (kept !== null) {
    try {
      return await submit(removal, { ...before, requestKey, assets: kept })
    } catch (error) {
      if (!isRefusedInput(error)) throw error
    }
  }
  const assets = await putInputs(removal).catch((error: unknown) => {
    throw uncharged(error)
  })
  return submit(removal, { ...before, requestKey, assets })
}

/** Uploads are kept for 7 days (docs: files/generate-asset-upload-urls); one that might be gone is not relied on. */
const uploadKeptMs = 6 * 24 * 60 * 60 * 1_000

const keptAssets = (
  { photo, background, runStartedAt }: Removal,
  recorded: RecordedRemoval | null,
): RemovalRequest['assets'] | null => {
  if (recorded === null || runStartedAt.getTime() - recorded.sentAt.getTime() > uploadKeptMs) return null
  const imageFilePath = photo.kind === 'url' ? photo.url : recorded.imageFilePath
  const backgroundImageFilePath = background?.kind === 'url' ? background.url : recorded.backgroundFilePath
  if (imageFilePath === null || (background !== null && backgroundImageFilePath === null)) return null
  return { imageFilePath, backgroundImageFilePath }
}

const isRefusedInput = (error: unknown): boolean =>
  error instanceof RemovalFailed && error.code === 'UNPROCESSABLE' && error.charged === 'NO'

interface Attempt extends Before {
  readonly requestKey: string
  readonly assets: RemovalRequest['assets']
}

const submit = async (removal: Removal, attempt: Attempt): Promise<Obtained> => {
  prepare(removal, attempt)
  const { job, isConflict } = await send(removal, attempt)
  const isNew = isConflict ? false : isMadeNow(job, { ...removal, isRepeat: attempt.isRepeat })
  // The id is said before it is written: whatever happens to the disk, somebody has seen it.
  removal.progress.note(
    `job ${printable(job.id)} ${isNew === false ? 'was made before: nothing is charged now' : `is made: ${chargeOf(job)}`}`,
  )
  try {
    if (!removal.isSandbox()) removal.records.made(removal.contentKey, job.id)
  } catch (error) {
    throw withJob(error, job)
  }
  return { job, isNew }
}

/** What is on disk before a request leaves makes the next run use the same key. */
const prepare = ({ signal, checkGoOn, ...removal }: Removal, { requestKey, assets }: Attempt): void => {
  const { photo, background, progress, records, contentKey } = removal
  try {
    progress.step('submitting')
    signal.throwIfAborted()
    checkGoOn()
    if (removal.isSandbox()) return
    records.begin(contentKey, {
      requestKey,
      imageFilePath: photo.kind === 'file' ? assets.imageFilePath : null,
      backgroundFilePath: background?.kind === 'file' ? assets.backgroundImageFilePath : null,
    })
  } catch (error) {
    throw uncharged(error)
  }
}

const send = async (
  removal: Removal,
  attempt: Attempt,
): Promise<{ readonly job: RemovalJob; readonly isConflict: boolean }> => {
  let mayBeMade = false
  const request = { assets: attempt.assets, name: removal.name, idempotencyKey: attempt.requestKey }
  const ask = (): Promise<RemovalJob | null> =>
    removal.api.removeBackground(request).catch((error: unknown) => {
      mayBeMade ||= isLost(error)
      throw error
    })
  try {
    const job = await outlastTwin(() => retrying(removal, ask), {
      signal: removal.signal,
      onWait: () => removal.progress.note('Somebody else is sending the same photo: waiting for the job.'),
    })
    if (job === null) throw new CommandFailure('The server answered without a job.')
    return { job, isConflict: false }
  } catch (error) {
    // The key stands for the content, so its job is of this photo, though from another upload.
    const earlier = error instanceof RequestRefused && error.code === 'IDEMPOTENCY_CONFLICT' ? error.jobId : null
    if (earlier !== null) return { job: await recall(removal, earlier), isConflict: true }
    const failure = chargeKnown(error, { mayBeMade, isRepeatable: removal.isRepeatable })
    if (failure.charged === 'NO') takeBack(removal, attempt)
    throw failure
  }
}

/** A new key that surely made no job must not hide what is paid under the one of before. */
const takeBack = ({ records, contentKey }: Removal, { requestKey, recorded }: Attempt): void => {
  if (recorded !== null && recorded.requestKey !== requestKey) records.restore(contentKey, { requestKey, recorded })
}

const chargeOf = ({ creditsCharged }: RemovalJob): string =>
  creditsCharged === null ? 'charged' : `${formatCredits(creditsCharged)} charged`
