import { noise } from './random.ts'
import { blend, carve, ellipsoid, smoothstep } from './shapes.ts'

/** Signed distance to a head of curls, bunched above the forehead and round the ears. */
export const hair = (x: number, y: number, z: number): number => {
  const far = Math.sqrt(x * x + (y - 4) * (y - 4) + (z + 2) * (z + 2)) - 17
  if (far > 1) return far
  const rough = hairBody(x, y, z)
  // Far off the curls do not matter; what is returned must be less than the distance to the highest of them.
  if (rough > 2.5) return (rough - 1.6) * 0.9
  const curls = Math.sin(x * 1.5 + bend(y, z)) * Math.sin(y * 1.5 + bend(z, x)) * Math.sin(z * 1.5 + bend(x, y))
  const lumps = noise(x * 0.45 + 20, y * 0.45, z * 0.45) - 0.5
  return (rough - curls * 0.6 - lumps * 1.9) * 0.6
}

/** Chance per centimetre that light is caught by single hairs that stand off the curls. */
export const hairFuzz = (x: number, y: number, z: number): number => {
  const gap = hair(x, y, z) / 0.6
  if (gap > fuzzDepth || face(x, y, z) < 0.4) return 0
  const turn = Math.atan2(x, y - 6)
  const tilt = Math.atan2(z, Math.hypot(x, y - 6))
  // Long in the direction away from the head and fine across it: strands.
  const strand = noise(turn * 46 + Math.sin(gap * 1.9 + turn * 9), tilt * 46, gap * 0.5)
  return 9 * Math.max(0, strand - 0.62) * smoothstep(fuzzDepth, 0, gap)
}

/** How far single hairs reach beyond the curls, in centimetres. */
export const fuzzDepth = 2.2

const crown = ellipsoid(10.2, 9.2, 9.4)
const bunch = ellipsoid(4.2, 8.4, 5.6)
const opening = ellipsoid(6.6, 8.9, 7.4)

const hairBody = (x: number, y: number, z: number): number =>
  carve(blend(crown(x, y - 8, z + 2), bunch(Math.abs(x) - 6.8, y - 2, z + 2.6), 3), face(x, y, z), 1.5)

/** The space before the face that curls leave free. */
const face = (x: number, y: number, z: number): number => opening(x, y - 1.2, z - 9.5)

const bend = (a: number, b: number): number => Math.sin(a * 0.9) + Math.sin(b * 1.1)
