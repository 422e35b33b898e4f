import { basename } from 'node:path'
import { type Collection, collect } from './collect.ts'
import { CommandFailure, Interrupted, ServerUnreachable, UnreadableAnswer, exitCodeOf, wordsOf } from './failures.ts'
import { RequestRefused } from './graphql-client.ts'
import type { ImageFile, ImageInput } from './image-input.ts'
import type { RemovalJob, RemovalRequest, UploadTicket } from './operations.ts'
import { withRetries } from './retry.ts'
import { formatBytes, formatCredits, printable } from './text.ts'
import { upload } from './upload.ts'

/** One removal: from what, by whom, to where. */
export interface Removal extends Collection {
  readonly photo: ImageInput
  readonly background: ImageInput | null
  /** The name of the job at Magic Hour; null: theirs. */
  readonly name: string | null
  /** Made once a run: with it, a request that is sent again is paid once. */
  readonly idempotencyKey: string
}

/**
 * Does the main job over GraphQL: upload, submit, wait, download.
 *
 * @returns the final job; its picture is at `outputPath`
 * @throws CommandFailure saying what was charged, and the job's id wherever it is known
 */
export const runRemoval = async (removal: Removal): Promise<RemovalJob> => {
  const assets = await putInputs(removal).catch((error: unknown) => {
    throw withLines(error, ['Nothing was charged.'])
  })
  const made = await submit(removal, assets)
  return collect(removal, made)
}

const putInputs = async (removal: Removal): Promise<RemovalRequest['assets']> => {
  const { photo, background, progress } = removal
  progress.step('asking the server')
  const tickets = await ticketsFor(
    removal,
    [photo, background].filter((input) => input?.kind === 'file').map(({ extension }) => extension),
  )
  const put = async (input: ImageInput): Promise<string> =>
    input.kind === 'url' ? input.url : putFile(removal, input, tickets.shift())
  return {
    imageFilePath: await put(photo),
    backgroundImageFilePath: background === null ? null : await put(background),
  }
}

const ticketsFor = async (removal: Removal, extensions: readonly string[]): Promise<UploadTicket[]> => {
  if (extensions.length === 0) return []
  const tickets = await retrying(removal, () => removal.api.createUploads(extensions, removal.signal))
  return [...(tickets ?? [])]
}

const putFile = async (removal: Removal, file: ImageFile, ticket: UploadTicket | undefined): Promise<string> => {
  if (ticket === undefined) throw new CommandFailure('The server gave no place to upload to.')
  const { progress } = removal
  progress.step(`uploading ${printable(basename(file.path), 40)} (${formatBytes(file.bytes)})`)
  await retrying(removal, () => upload(file, ticket.uploadUrl, { ...removal, onProgress: progress.advance }))
  return ticket.filePath
}

const submit = async (removal: Removal, assets: RemovalRequest['assets']): Promise<RemovalJob> => {
  const { api, name, idempotencyKey, progress } = removal
  let mayBeMade = false
  progress.step('submitting')
  try {
    removal.signal.throwIfAborted()
    const job = await retrying(removal, () =>
      api.removeBackground({ assets, name, idempotencyKey }).catch((error: unknown) => {
        mayBeMade ||= isLost(error)
        throw error
      }),
    )
    if (job === null) throw new CommandFailure('The server answered without a job.')
    progress.note(`job ${printable(job.id)} is made: ${chargeOf(job)}`)
    return job
  } catch (error) {
    throw withLines(error, chargeLines(error, mayBeMade))
  }
}

const retrying = <T>({ signal, progress }: Removal, attempt: () => Promise<T>): Promise<T> =>
  withRetries(attempt, {
    signal,
    onRetry: (error, waitMs) => progress.note(`${wordsOf(error)} Trying again in ${Math.ceil(waitMs / 1_000)} s.`),
  })

/** Whether a failed request may have been acted on without our hearing of it. */
const isLost = (error: unknown): boolean =>
  error instanceof ServerUnreachable ? error.mayHaveArrived : error instanceof UnreadableAnswer

const chargeLines = (error: unknown, mayBeMade: boolean): readonly string[] => {
  if (error instanceof RequestRefused && error.jobId !== null) {
    return [`job: ${printable(error.jobId)}`, 'It is paid. Keep the id: it is the way back to the picture.']
  }
  const isUncharged = error instanceof RequestRefused ? error.charged === 'NO' : isBeforeSending(error)
  if (isUncharged && !mayBeMade) return ['Nothing was charged.']
  return [
    'Whether credits were charged is not known. Look for the picture in your Magic Hour library before you try again.',
  ]
}

const isBeforeSending = (error: unknown): boolean =>
  error instanceof ServerUnreachable ? !error.mayHaveArrived : error instanceof Interrupted

const chargeOf = ({ creditsCharged }: RemovalJob): string =>
  creditsCharged === null ? 'charged' : `${formatCredits(creditsCharged)} charged`

const withLines = (error: unknown, lines: readonly string[]): CommandFailure =>
  new CommandFailure([wordsOf(error), ...lines].join('\n'), { cause: error, exitCode: exitCodeOf(error) })
