/**
 * A text from outside, fit for a terminal: without control characters, which could move the cursor or hide a line.
 *
 * @param maxLength in characters; what is longer is cut
 */
export const printable = (text: string, maxLength = 500): string => {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean
}

/** A size for people, for example `1.4 MB`. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(0)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** An amount of credits for people. */
export const formatCredits = (credits: number): string => {
  if (credits === 0) return 'nothing'
  return credits === 1 ? '1 credit' : `${credits} credits`
}
