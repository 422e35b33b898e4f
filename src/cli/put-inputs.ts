import { basename } from 'node:path'
import type { Collection } from './collect.ts'
import { CommandFailure, wordsOf } from './failures.ts'
import { type ImageFile, type ImageInput, checkUnchanged } from './image-input.ts'
import type { RemovalRequest } from './operations.ts'
import { withRetries } from './retry.ts'
import { upload } from './upload.ts'

/** The two ends of an upload, and what lies between. */
export interface Placing extends Pick<Collection, 'api' | 'dispatcher' | 'progress' | 'signal'> {
  readonly photo: ImageInput
  readonly background: ImageInput | null
  /** Several photos may share a background: whoever needs it first uploads it. */
  readonly shareBackground: (place: () => Promise<string>) => Promise<string>
  /** How often a request is sent in all before it is given up. */
  readonly maxAttempts: () => number
}

/**
 * Brings photo and background to where Magic Hour finds them. It costs nothing.
 *
 * @throws CommandFailure
 */
export const putInputs = async (placing: Placing): Promise<RemovalRequest['assets']> => {
  const { photo, background, progress, shareBackground } = placing
  progress.step('asking the server')
  return {
    imageFilePath: await place(placing, photo),
    backgroundImageFilePath: background === null ? null : await shareBackground(() => place(placing, background)),
  }
}

const place = async (placing: Placing, input: ImageInput): Promise<string> =>
  input.kind === 'url' ? input.url : putFile(placing, input)

const putFile = async (placing: Placing, file: ImageFile): Promise<string> => {
  const { api, signal, progress } = placing
  const [ticket] = (await retrying(placing, () => api.createUploads([file.extension], signal))) ?? []
  if (ticket === undefined) throw new CommandFailure('The server gave no place to upload to.')
  progress.transfer('uploading', { name: basename(file.path), bytes: file.bytes })
  await retrying(placing, async () => {
    await checkUnchanged(file)
    await upload(file, ticket.uploadUrl, { ...placing, onProgress: progress.advance }).catch(async (error: unknown) => {
      // A file that went away breaks the connection: sending it again would not bring it back.
      await checkUnchanged(file)
      throw error
    })
  })
  await checkUnchanged(file)
  return ticket.filePath
}

/** Tries again what may be tried again, and says so. */
export const retrying = <T>(
  { signal, progress, maxAttempts }: Pick<Placing, 'signal' | 'progress' | 'maxAttempts'>,
  attempt: () => Promise<T>,
): Promise<T> =>
  withRetries(attempt, {
    signal,
    maxAttempts,
    onRetry: (error, waitMs) => progress.note(`${wordsOf(error)} Trying again in ${Math.ceil(waitMs / 1_000)} s.`),
  })
