/** The density of the standard normal distribution at `z`. */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)

/**
 * The share of the standard normal distribution below `z`.
 *
 * Small shares keep their digits (1.2e-7 of the share itself, Numerical Recipes, `erfcc`): what lies far out is compared by
 * ratio, and a formula that is only right to 1e-7 in all would make zero of it.
 */
export const normalShareBelow = (z: number): number => (z > 0 ? 1 - lowerTail(-z) : lowerTail(z))

/** The share of the standard normal distribution between `from` and `to`, which is not below `from`. */
export const normalShareBetween = (from: number, to: number): number =>
  // In the upper half both shares are close to 1, and their difference would be lost: the mirror image has the same one.
  from > 0 ? lowerTail(-from) - lowerTail(-to) : normalShareBelow(to) - normalShareBelow(from)

const lowerTail = (z: number): number => {
  const x = -z / Math.SQRT2
  const t = 1 / (1 + 0.5 * x)
  return 0.5 * t * Math.exp(-x * x + coefficients.reduceRight((sum, coefficient) => coefficient + t * sum, 0))
}

const coefficients = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
] as const
