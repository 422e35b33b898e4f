import { dirname, join, resolve } from 'node:path'
import { CommandFailure } from './failures.ts'
import type { FoundPhoto } from './find-photos.ts'
import { isUrl } from './image-input.ts'
import { resultNameOf } from './output-file.ts'
import { printable } from './text.ts'

/** A photo, and where its picture goes. */
export interface PlannedPhoto {
  /** A path or a URL. */
  readonly reference: string
  /** What to call it: the path, or the URL without its query, which may be a signature. */
  readonly label: string
  readonly outputPath: string
}

/**
 * Decides where all pictures go. A photo that was named twice is one.
 *
 * @param folder where they go, in the folders that the photos lie in below the one that was named; null: beside each photo,
 *               and of URLs to the working directory
 * @throws CommandFailure when two photos would go to the same file, or a picture would replace one of the photos
 */
export const planOutputs = (photos: readonly FoundPhoto[], folder: string | null): readonly PlannedPhoto[] => {
  const planned = new Map<string, PlannedPhoto>()
  const takenBy = new Map<string, string>()
  const clashes: string[] = []
  for (const { reference, below } of photos) {
    const identity = isUrl(reference) ? reference : resolve(reference)
    if (planned.has(identity)) continue
    const photo = { reference, label: labelOf(reference), outputPath: outputPathOf({ reference, below }, folder) }
    const place = placeOf(photo.outputPath)
    const other = takenBy.get(place)
    if (other !== undefined) clashes.push(`${photo.outputPath}: from ${other} and ${photo.label}`)
    takenBy.set(place, photo.label)
    planned.set(identity, photo)
  }
  for (const { reference, label } of planned.values()) {
    const writer = isUrl(reference) ? undefined : takenBy.get(placeOf(reference))
    if (writer !== undefined) clashes.push(`${label}: the picture of ${writer} would replace this photo`)
  }
  if (clashes.length > 0) throw clash(clashes)
  return [...planned.values()]
}

const labelOf = (reference: string): string => (isUrl(reference) ? reference.replace(/[?#].*$/s, '') : reference)

const outputPathOf = ({ reference, below }: FoundPhoto, folder: string | null): string => {
  const name = resultNameOf(reference)
  if (folder !== null) return join(folder, below, name)
  return isUrl(reference) ? name : join(dirname(reference), name)
}

/** Where capital letters make no difference to the file system, they make none here. */
const placeOf = (path: string): string =>
  ['darwin', 'win32'].includes(process.platform) ? resolve(path).normalize('NFC').toLowerCase() : resolve(path)

const shownClashes = 10

const clash = (clashes: readonly string[]): CommandFailure => {
  const more = clashes.length > shownClashes ? [`and ${clashes.length - shownClashes} more`] : []
  return new CommandFailure(
    [
      'Some pictures would go to the same file, so nothing was sent:',
      ...[...clashes.slice(0, shownClashes), ...more].map((line) => `  ${printable(line)}`),
      'Rename photos, or work on them in runs of their own, each with its own --output folder.',
    ].join('\n'),
    { code: 'OUTPUT_CLASH' },
  )
}
