import type { ImageInput } from './image-input.ts'
import type { RemovalJob } from './operations.ts'

/** What a job was asked for with. */
interface Asked {
  readonly photo: ImageInput
  readonly background: ImageInput | null
  /** Not null: with a key that was never used. */
  readonly again: string | null
  /** Whether the key is known to have been sent before. */
  readonly isRepeat: boolean
  readonly runStartedAt: Date
}

/** Another clock than ours may be a little off; where we know that the key was sent before, there is no need to be generous. */
const clockSlackMs = 60_000

/**
 * Whether a job was made, and so paid, by the request that it answers, and not by an earlier one under the same key.
 *
 * @returns null: that cannot be told
 */
export const isMadeNow = (
  { createdAt }: RemovalJob,
  { photo, background, again, isRepeat, runStartedAt }: Asked,
): boolean | null => {
  const earlierMs = createdAt === null ? 0 : runStartedAt.getTime() - createdAt.getTime()
  if (earlierMs <= 0) return true
  if (isRepeat || earlierMs > clockSlackMs) return false
  // No earlier job was made from a file that was uploaded just now; but the same URL may have been sent a moment ago.
  const isFromUpload = photo.kind === 'file' || background?.kind === 'file'
  return isFromUpload || again !== null ? true : null
}
