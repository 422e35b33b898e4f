/** Numbers that look random, and come again with the same seed. */
export interface Random {
  /** In [0, 1). */
  (): number
  /** A whole number from 0 to below this. */
  below(limit: number): number
}

/** Makes a generator (mulberry32). */
export const createRandom = (seed: number): Random => {
  let state = seed
  const next = (): number => {
    state = Math.trunc(state + 0x6d2b79f5)
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return Object.assign(next, { below: (limit: number) => Math.floor(next() * limit) })
}
