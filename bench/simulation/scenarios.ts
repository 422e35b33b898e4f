import type { Random } from './random.ts'

/** A share of the jobs whose render times are log-normal. */
export interface Part {
  readonly share: number
  readonly medianMs: number
  readonly sigma: number
}

/** How long renders take in truth; the shares add up to 1. */
export type Truth = readonly Part[]

/** The truths that are simulated. `usual` is what the plan starts from. */
export const truths = {
  usual: [{ share: 1, medianMs: 4_000, sigma: 0.6 }],
  slower: [{ share: 1, medianMs: 8_000, sigma: 0.6 }],
  sharper: [{ share: 1, medianMs: 4_000, sigma: 0.25 }],
  queued: [
    { share: 0.85, medianMs: 4_000, sigma: 0.6 },
    { share: 0.15, medianMs: 60_000, sigma: 0.3 },
  ],
} as const satisfies Record<string, Truth>

/** Render times in ms, as the jobs come. */
export const drawRenders = (truth: Truth, count: number, random: Random): number[] =>
  Array.from({ length: count }, () => {
    const { medianMs, sigma } = partAt(truth, random.uniform())
    return medianMs * Math.exp(sigma * random.normal())
  })

const partAt = (truth: Truth, position: number): Part => {
  let sum = 0
  return (
    truth.find(({ share }) => {
      sum += share
      return position < sum
    }) ?? { share: 0, medianMs: 0, sigma: 0 }
  )
}
