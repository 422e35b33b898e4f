/** Numbers in [0, 1) that look random and are the same on every run. */
export type Random = () => number

/** A `Random` that starts at `seed` (mulberry32). */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A fixed number in [0, 1) for each whole-numbered place. */
export const hash = (x: number, y: number, z: number): number => {
  let mixed = Math.imul(x, 374_761_393) + Math.imul(y, 668_265_263) + Math.imul(z, 2_147_483_647)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 1_274_126_177)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296
}

/** Smooth noise in [0, 1) with features one unit wide. */
export const noise = (x: number, y: number, z: number): number => {
  const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.floor(z)]
  const [u, v, w] = [smooth(x - x0), smooth(y - y0), smooth(z - z0)]
  const row = (dy: number, dz: number): number =>
    hash(x0, y0 + dy, z0 + dz) * (1 - u) + hash(x0 + 1, y0 + dy, z0 + dz) * u
  const near = row(0, 0) * (1 - v) + row(1, 0) * v
  const far = row(0, 1) * (1 - v) + row(1, 1) * v
  return near * (1 - w) + far * w
}

/** A normally distributed number: mean 0, standard deviation 1. */
export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

const smooth = (t: number): number => t * t * (3 - 2 * t)
