import type { RemoveOptions } from './command-line.ts'
import { isFolder } from './find-photos.ts'
import type { Io } from './io.ts'
import { removeMany } from './remove-many.ts'
import { removeOne } from './remove-one.ts'

/**
 * Removes backgrounds: of one photo in words for a person, of anything else (several, a folder, or with results for a program) as
 * a run that can be repeated.
 *
 * @returns the exit code
 * @throws CommandFailure, ConfigError when nothing could be begun, or the one photo failed
 */
export const remove = async (options: RemoveOptions, io: Io): Promise<number> => {
  const [only] = options.photos
  return only === undefined || options.photos.length > 1 || options.json || (await isFolder(only))
    ? removeMany(options, io)
    : removeOne(only, options, io)
}
