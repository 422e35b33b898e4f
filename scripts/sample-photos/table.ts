import { hash, noise } from './random.ts'
import type { Material, Scene } from './scene.ts'
import { clamp, smoothstep } from './shapes.ts'
import { softbox } from './studio.ts'
import { add, along, mix, scale, vector } from './vector.ts'
import type { Vector } from './vector.ts'

const tableEnd = -23
const room = -130

/** A wooden table with oranges before a café in the evening, out of focus: the mug can be put on it, seen from the same place. */
export const tableScene: Scene = {
  camera: {
    eye: vector(-2, 20.5, 47.5),
    target: vector(1, 4.3, 0),
    fieldOfViewDegrees: 19.5,
    apertureRadius: 0.85,
    focusDistance: 49,
  },
  subject: {
    centre: vector(-10, 3, -15.4),
    radius: 9,
    distance: (x, y, z) => Math.min(...oranges.map((orange) => orangeDistance(orange, { x, y, z }))) * 0.9,
    materialAt: () => ({ colour: vector(0.75, 0.24, 0.025), gloss: 0.7, mirror: 0.03, roughness: 0.35 }),
  },
  backdrop: {
    hit: (origin, direction) => {
      const table = direction.y < 0 ? -origin.y / direction.y : Infinity
      if (table > 0 && origin.z + direction.z * table > tableEnd) return table
      const wall = direction.z < 0 ? (room - origin.z) / direction.z : Infinity
      return wall > 0 ? wall : Infinity
    },
    normalAt: (position) => (position.z > tableEnd ? vector(0, 1, 0) : vector(0, 0, 1)),
    materialAt: (position) => (position.z > tableEnd ? wood(position) : cafe(position)),
  },
  lights: [
    softbox({ at: vector(-46, 31, 30), towards: vector(0, 12, 0), width: 34, height: 56 }, vector(7.4, 6.8, 6)),
    softbox({ at: vector(50, 26, 24), towards: vector(0, 5, 0), width: 24, height: 44 }, vector(1.5, 1.6, 1.8)),
  ],
  sky: (direction) => mix(vector(0.2, 0.17, 0.15), vector(0.4, 0.38, 0.36), clamp(direction.y, 0, 1)),
}

const oranges = [vector(-7.4, 3.05, -17.5), vector(-12.3, 2.85, -13.4)]

const orangeDistance = (centre: Vector, { x, y, z }: Vector): number => {
  const [dx, dy, dz] = [x - centre.x, y - centre.y, z - centre.z]
  const radius = Math.sqrt(dx * dx + dy * dy * 1.12 + dz * dz)
  if (radius > 4) return radius - 3.2
  const pores = noise(x * 7, y * 7, z * 7) * 0.025
  const navel = Math.exp(-(dx * dx + (dz - 0.6) * (dz - 0.6)) * 3) * Math.max(0, dy) * 0.07
  return radius - centre.y - 0.05 + pores + navel
}

/** Boards that run from left to right, oiled, with grain and a dark joint between them. */
const wood = (at: Vector): Material => {
  const board = Math.floor(at.z / 10.5)
  const across = at.z - board * 10.5
  const shift = hash(board, 3, 5) * 300
  const bow = noise((at.x + shift) * 0.035, at.z * 0.12, board) * 9
  const ring = Math.sin((at.z * 0.9 + bow) * 3.1) * 0.5 + 0.5
  const fibre = noise((at.x + shift) * 0.5, at.z * 14, board)
  const pore = noise((at.x + shift) * 0.9, at.z * 30, board + 50) > 0.78 ? 0.7 : 1
  const light = mix(vector(0.46, 0.235, 0.1), vector(0.35, 0.165, 0.065), hash(board, 1, 1))
  const colour = mix(light, vector(0.2, 0.085, 0.032), ring * 0.5 + fibre * 0.4)
  const joint = smoothstep(0, 0.14, Math.min(across, 10.5 - across))
  return { colour: scale(colour, pore * (0.15 + 0.85 * joint)), gloss: 0.55 * joint, mirror: 0.035, roughness: 0.3 }
}

/** The room behind: already out of focus, for lamps as small as these would need far too many samples. */
const cafe = (at: Vector): Material => {
  const height = (at.y + 32) / 26
  const wall = mix(vector(0.02, 0.017, 0.026), vector(0.11, 0.05, 0.022), clamp(height, 0, 1.4))
  const leaves = smoothstep(0.48, 0.75, noise(at.x * 0.07 + 3, at.y * 0.09, 1)) * 0.8
  const glow = Math.exp(-((at.x + 24) ** 2) / 500) * 0.22
  let light = add(mix(wall, vector(0.025, 0.08, 0.03), leaves), vector(glow, glow * 0.72, glow * 0.42))
  for (let lamp = 0; lamp < 34; lamp += 1) {
    const distance = Math.hypot(at.x - (hash(lamp, 1, 0) * 110 - 55), at.y - (hash(lamp, 2, 0) * 40 - 36))
    const radius = 2.2 + hash(lamp, 3, 0) * 2.4
    const disc = 1 - smoothstep(radius * 0.9, radius * 1.06, distance)
    const rim = 0.75 + 0.35 * smoothstep(radius * 0.5, radius, distance)
    const colours = lampColours[lamp % lampColours.length] ?? vector(1, 1, 1)
    light = along(light, colours, disc * rim * (0.12 + 0.75 * hash(lamp, 4, 0) ** 2))
  }
  return { colour: vector(0, 0, 0), gloss: 0, mirror: 0, roughness: 1, glow: light }
}

const lampColours = [
  vector(1, 0.66, 0.28),
  vector(1, 0.8, 0.5),
  vector(1, 0.42, 0.2),
  vector(0.95, 0.7, 0.42),
  vector(0.35, 0.75, 0.7),
]
