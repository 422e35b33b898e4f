import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CommandFailure, reasonOf } from './failures.ts'
import { isImageName, isUrl } from './image-input.ts'
import { isResultName } from './output-file.ts'
import { printable } from './text.ts'

/** A photo that was named, or found in a folder that was. */
export interface FoundPhoto {
  /** A path or a URL. */
  readonly reference: string
  /** The folder it lies in, below the one that was named; empty: right there, or it was named itself. */
  readonly below: string
}

/** What was found, in a steady order. */
export interface FoundPhotos {
  readonly photos: readonly FoundPhoto[]
  /** How many files were named that are results of this command, as a shell's `*.png` names them on a second run. */
  readonly resultsLeftOut: number
}

/**
 * Finds the photos that are meant: files and URLs as they were named, and of each folder all images in it and below, by name in the
 * order of their characters. Hidden files, results of this command and `exclude` are passed over. Links are followed, each
 * folder once. Only names are looked at.
 *
 * @param exclude a folder that is not looked into, unless it was named itself; null: none
 * @throws CommandFailure when a folder cannot be read
 */
export const findPhotos = async (references: readonly string[], exclude: string | null): Promise<FoundPhotos> => {
  const photos: FoundPhoto[] = []
  const left = exclude === null ? null : await realpath(exclude).catch(() => null)
  let resultsLeftOut = 0
  for (const reference of references) {
    if (!isUrl(reference) && (await isFolder(reference))) {
      const visited = new Set(left === null || left === (await realpath(reference)) ? [] : [left])
      await walk(photos, { folder: reference, below: '', visited })
    } else if (isResultName(reference) && !isUrl(reference)) resultsLeftOut += 1
    else photos.push({ reference, below: '' })
  }
  return { photos, resultsLeftOut }
}

/** Whether there is a folder of this name. */
export const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() === true

interface Place {
  readonly folder: string
  readonly below: string
  /** The real paths of folders that were walked, so that links that lead round and round end. */
  readonly visited: Set<string>
}

const walk = async (photos: FoundPhoto[], { folder, below, visited }: Place): Promise<void> => {
  const real = await realpath(folder)
  if (visited.has(real)) return
  visited.add(real)
  for (const entry of await entriesOf(folder)) {
    const reference = join(folder, entry.name)
    const kind = await kindOf(entry, reference)
    if (kind === 'folder') await walk(photos, { folder: reference, below: join(below, entry.name), visited })
    else if (kind === 'file' && isImageName(entry.name) && !isResultName(entry.name)) photos.push({ reference, below })
  }
}

const entriesOf = async (folder: string): Promise<Dirent[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new CommandFailure(`The folder ${printable(folder)} cannot be read: ${reasonOf(error)}.`, { cause: error })
  })
  return entries.filter(({ name }) => !basename(name).startsWith('.')).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const kindOf = async (entry: Dirent, path: string): Promise<'file' | 'folder' | 'other'> => {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  // A link that leads nowhere is passed over, like a pipe.
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => null) : null
  if (target?.isDirectory() === true) return 'folder'
  return target?.isFile() === true ? 'file' : 'other'
}
