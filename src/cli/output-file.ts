import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CommandFailure, UsageError } from './failures.ts'
import { type ImageInput, isUrl } from './image-input.ts'
import { printable } from './text.ts'

interface OutputWish {
  /** null: a name made from the photo's, beside it; in the working directory when the photo is a URL. */
  readonly output: string | null
  readonly force: boolean
  readonly photo: ImageInput
  readonly background: ImageInput | null
}

/**
 * Decides where the result goes, and finds out before anything is spent whether it can.
 *
 * @throws CommandFailure when it would replace an input, or another file without `force`, or cannot be written
 */
export const chooseOutputFile = async ({ output, force, photo, background }: OutputWish): Promise<string> => {
  const path = output ?? defaultPath(photo)
  await checkOutput(path, { force, inputs: [photo, background] })
  return path
}

/**
 * Makes sure that a name is fit for one picture.
 *
 * @throws UsageError
 */
export const checkOutputName = (output: string | null): void => {
  if (output === null || /\.png$/i.test(output)) return
  throw new UsageError(`The result is a PNG: let the name of the output end in .png (not «${output}»).`)
}

/**
 * Finds out whether a picture can be written.
 *
 * @throws CommandFailure as above
 */
export const checkOutput = async (
  path: string,
  { force, inputs }: { readonly force: boolean; readonly inputs: readonly (ImageInput | null)[] },
): Promise<void> => {
  const name = printable(path)
  if (Buffer.byteLength(basename(path)) > longestNameBytes) {
    throw new CommandFailure(
      `${name} is too long a name for a file: ${longestNameBytes} bytes are the most. Rename the photo, or choose another output.`,
      { code: unusable },
    )
  }
  const present = await stat(path).catch(() => null)
  if (present?.isFile() === false)
    throw new CommandFailure(`${name} is there and is no file. Choose another with --output.`, { code: unusable })
  if (present !== null && (await isOneOf(present, inputs))) {
    throw new CommandFailure(`${name} is the input itself. Choose another output with --output.`, { code: unusable })
  }
  if (present !== null && !force) {
    throw new CommandFailure(`${name} is there already. Replace it with --force, or choose another with --output.`, {
      code: 'OUTPUT_EXISTS',
    })
  }
  await checkDirectory(dirname(path))
}

const unusable = 'OUTPUT_UNUSABLE'

/** Of the usual file systems (NAME_MAX). */
const longestNameBytes = 255

const defaultPath = (photo: ImageInput): string =>
  photo.kind === 'file' ? join(dirname(photo.path), resultNameOf(photo.path)) : resultNameOf(photo.url)

/** The name of the file that the picture of a photo goes to, made from the photo's path or URL. */
export const resultNameOf = (reference: string): string => {
  if (!isUrl(reference)) return resultName(basename(reference))
  const lastPart = URL.canParse(reference) ? basename(new URL(reference).pathname) : ''
  // What a URL says becomes a file name only as far as it is harmless in one.
  return resultName(lastPart.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, ''))
}

const ending = '-no-background.png'

const resultName = (photoName: string): string => `${photoName.replace(/\.[^.]*$/, '') || 'photo'}${ending}`

/** Whether a file is called as this command calls its results. */
export const isResultName = (path: string): boolean => path.toLowerCase().endsWith(ending)

/** By the file itself, not its name: links and capital letters lead to the same one. */
const isOneOf = async (
  file: { readonly dev: number; readonly ino: number },
  inputs: readonly (ImageInput | null)[],
): Promise<boolean> => {
  for (const input of inputs) {
    if (input?.kind !== 'file') continue
    const { dev, ino } = await stat(input.path)
    if (dev === file.dev && ino === file.ino) return true
  }
  return false
}

const checkDirectory = async (directory: string): Promise<void> => {
  const found = await stat(directory).catch(() => null)
  if (found?.isDirectory() !== true)
    throw new CommandFailure(`There is no directory ${printable(directory)} to write to.`, { code: unusable })
  await access(directory, constants.W_OK).catch((error: unknown) => {
    throw new CommandFailure(`The directory ${printable(directory)} cannot be written to.`, {
      cause: error,
      code: unusable,
    })
  })
}
