/** A source of random numbers that gives the same ones for the same seed. */
export interface Random {
  /** Evenly spread over [0, 1). */
  readonly uniform: () => number
  /** From the standard normal distribution. */
  readonly normal: () => number
}

/** Mulberry32, and the normal numbers by Box and Muller. */
export const seededRandom = (seed: number): Random => {
  let state = seed
  const uniform = (): number => {
    state = Math.trunc(state + 0x6d2b79f5) % 0x1_0000_0000
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}
