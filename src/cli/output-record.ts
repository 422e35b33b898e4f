import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Connection } from './connection.ts'
import type { RecordedOutput } from './records.ts'

/** A picture, and what it was made from. */
interface Picture {
  readonly path: string
  readonly contentKey: string
}

/**
 * The record of a picture that is there and was made from just this content.
 *
 * @returns null: there is none, or a file of this name is something else
 */
export const findDone = async (
  { records }: Pick<Connection, 'records'>,
  { path, contentKey }: Picture,
): Promise<RecordedOutput | null> => {
  const recorded = records.findOutput(resolve(path))
  if (recorded?.contentKey !== contentKey) return null
  const present = await stat(path).catch(() => null)
  return present?.isFile() === true && present.size === recorded.bytes ? recorded : null
}

/** Records what was written, so that later runs pass it over. */
export const keepOutput = async (
  { records, keepsOutputs }: Pick<Connection, 'records' | 'keepsOutputs'>,
  { path, contentKey, jobId }: Picture & { readonly jobId: string },
): Promise<void> => {
  if (!keepsOutputs()) return
  const { size } = await stat(path)
  records.keepOutput(resolve(path), { contentKey, jobId, bytes: size })
}
