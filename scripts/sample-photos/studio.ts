import type { Light, Material, Scene } from './scene.ts'
import { along, normalize, scale, subtract, tangents, vector } from './vector.ts'
import type { Vector } from './vector.ts'

/** A paper roll: floor at y = 0, bent up over `bend` centimetres into a wall at z = -`depth`. */
export const seamlessPaper = (paper: { depth: number; bend: number; colour: Vector }): Scene['backdrop'] => {
  const material: Material = { colour: paper.colour, gloss: 0, mirror: 0, roughness: 1 }
  const bendZ = paper.bend - paper.depth
  const hit = (origin: Vector, direction: Vector): number => {
    const floor = direction.y < 0 ? -origin.y / direction.y : Infinity
    if (floor > 0 && origin.z + direction.z * floor > bendZ) return floor
    const bend = bendDistance(along(origin, vector(0, -paper.bend, -bendZ), 1), direction, paper.bend)
    if (bend !== Infinity) return bend
    const wall = direction.z < 0 ? (-paper.depth - origin.z) / direction.z : Infinity
    return wall > 0 && origin.y + direction.y * wall > paper.bend ? wall : Infinity
  }
  const normalAt = (position: Vector): Vector => {
    if (position.z >= bendZ) return vector(0, 1, 0)
    if (position.y >= paper.bend) return vector(0, 0, 1)
    return normalize(subtract(vector(0, paper.bend, bendZ), vector(0, position.y, position.z)))
  }
  return { hit, normalAt, materialAt: () => material }
}

/** A lamp that stands at `at`, turned to `towards`; sizes are centimetres. */
export const softbox = (
  place: { at: Vector; towards: Vector; width: number; height: number },
  radiance: Vector,
): Light => {
  const [halfWidth, halfHeight] = tangents(normalize(subtract(place.towards, place.at)))
  return {
    centre: place.at,
    halfWidth: scale(halfWidth, place.width / 2),
    halfHeight: scale(halfHeight, place.height / 2),
    radiance,
  }
}

/** The origin is on the axis of the bend; only its lower far quarter is paper. */
const bendDistance = (origin: Vector, direction: Vector, radius: number): number => {
  const a = direction.y ** 2 + direction.z ** 2
  const b = origin.y * direction.y + origin.z * direction.z
  const c = origin.y ** 2 + origin.z ** 2 - radius * radius
  const root = b * b - a * c
  if (root < 0) return Infinity
  const distance = (-b + Math.sqrt(root)) / a
  const at = along(origin, direction, distance)
  return distance > 0 && at.y < 0 && at.z < 0 ? distance : Infinity
}
