import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CommandFailure } from './failures.ts'
import type { ImageInput } from './image-input.ts'
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
  const name = printable(path)
  const present = await stat(path).catch(() => null)
  if (present?.isFile() === false)
    throw new CommandFailure(`${name} is there and is no file. Choose another with --output.`)
  if (present !== null && (await isOneOf(present, [photo, background]))) {
    throw new CommandFailure(`${name} is the input itself. Choose another output with --output.`)
  }
  if (present !== null && !force) {
    throw new CommandFailure(`${name} is there already. Replace it with --force, or choose another with --output.`)
  }
  await checkDirectory(dirname(path))
  return path
}

const defaultPath = (photo: ImageInput): string => {
  if (photo.kind === 'file') return join(dirname(photo.path), resultName(basename(photo.path)))
  const lastPart = URL.canParse(photo.url) ? basename(new URL(photo.url).pathname) : ''
  // What a URL says becomes a file name only as far as it is harmless in one.
  return resultName(lastPart.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, ''))
}

const resultName = (photoName: string): string => `${photoName.replace(/\.[^.]*$/, '') || 'photo'}-no-background.png`

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
    throw new CommandFailure(`There is no directory ${printable(directory)} to write to.`)
  await access(directory, constants.W_OK).catch((error: unknown) => {
    throw new CommandFailure(`The directory ${printable(directory)} cannot be written to.`, { cause: error })
  })
}
