/** The longest pause that is kept to. A timer of more than 24.8 days would end at once, and the look-ups run hot. */
export const longestPauseMs = 86_400_000

/**
 * How long to wait before a followed job is looked up again.
 *
 * The median job takes 4 s and most are done within 30 s (docs, July 2026), so the steps start at 1.5 s and grow by half up to
 * 10 s. Jitter keeps jobs that were made together from being asked together.
 *
 * @param lookups how many times it was looked up since somebody waits for it, from 0
 * @param random  number in [0, 1)
 * @returns milliseconds, 1 350 to 11 000
 */
export const lookupDelayMs = (lookups: number, random: number): number =>
  Math.min(10_000, 1_500 * 1.5 ** lookups) * (0.9 + 0.2 * random)
