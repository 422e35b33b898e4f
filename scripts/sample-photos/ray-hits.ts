import type { Random } from './random.ts'
import type { Material, Scene } from './scene.ts'
import { along, dot, normalize, scale, subtract, vector } from './vector.ts'
import type { Vector } from './vector.ts'

/** Where a ray meets a surface. */
export interface Hit {
  readonly distance: number
  readonly position: Vector
  readonly normal: Vector
  readonly material: Material
  readonly isSubject: boolean
}

interface Ray {
  readonly origin: Vector
  readonly direction: Vector
}

const surfaceDistance = 0.002
const steps = 220
const fuzzStep = 0.16

/** The first place where the ray meets the subject's surface, or its fuzz when there is a `random` to scatter in it. */
export const subjectHit = (scene: Scene, ray: Ray, random: Random | null): Hit | null => {
  const distance = march(scene, ray, { limit: Infinity, random })
  if (distance === null) return null
  const position = along(ray.origin, ray.direction, distance)
  const outwards = slope(scene, position)
  const normal = dot(outwards, ray.direction) > 0 && scene.subject.fuzz !== undefined ? scale(outwards, -1) : outwards
  return { distance, position, normal, material: scene.subject.materialAt(position), isSubject: true }
}

/** The first place where the ray meets floor or wall. */
export const backdropHit = ({ backdrop }: Scene, ray: Ray): Hit | null => {
  const distance = backdrop.hit(ray.origin, ray.direction)
  if (distance === Infinity) return null
  const position = along(ray.origin, ray.direction, distance)
  return {
    distance,
    position,
    normal: backdrop.normalAt(position),
    material: backdrop.materialAt(position),
    isSubject: false,
  }
}

/** Whether the subject stands between a place and the light at `distance`. */
export const isBlocked = (scene: Scene, ray: Ray, distance: number): boolean =>
  march(scene, ray, { limit: distance, random: null }) !== null

const march = ({ subject }: Scene, ray: Ray, to: { limit: number; random: Random | null }): number | null => {
  const offset = subtract(ray.origin, subject.centre)
  const middle = -dot(offset, ray.direction)
  const room = subject.radius ** 2 - dot(offset, offset) + middle * middle
  if (room <= 0 || middle + Math.sqrt(room) <= 0) return null
  const end = Math.min(to.limit, middle + Math.sqrt(room))
  let distance = Math.max(0, middle - Math.sqrt(room))
  for (let step = 0; step < steps && distance < end; step += 1) {
    const x = ray.origin.x + ray.direction.x * distance
    const y = ray.origin.y + ray.direction.y * distance
    const z = ray.origin.z + ray.direction.z * distance
    const gap = subject.distance(x, y, z)
    // A step that was a little too long ended inside: from there no light would be seen.
    if (gap < surfaceDistance) return distance + Math.min(0, gap)
    const pace = to.random === null ? gap : paceInFuzz(subject, { x, y, z, gap }, to.random)
    if (pace === 0) return distance
    distance += pace
  }
  return null
}

/** How far light gets on its next step; 0 when a hair catches it. */
const paceInFuzz = ({ fuzz }: Scene['subject'], { x, y, z, gap }: Vector & { gap: number }, random: Random): number => {
  if (fuzz === undefined || gap > fuzz.depth * 2) return gap
  const toFuzz = fuzz.distance(x, y, z) - fuzz.depth
  if (toFuzz > 0) return Math.min(gap, Math.max(toFuzz, surfaceDistance))
  const pace = Math.min(gap, fuzzStep)
  return random() < 1 - Math.exp(-fuzz.densityAt(x, y, z) * pace) ? 0 : pace
}

const slope = ({ subject }: Scene, at: Vector): Vector => {
  const reach = 0.003
  const dx = subject.distance(at.x + reach, at.y, at.z) - subject.distance(at.x - reach, at.y, at.z)
  const dy = subject.distance(at.x, at.y + reach, at.z) - subject.distance(at.x, at.y - reach, at.z)
  const dz = subject.distance(at.x, at.y, at.z + reach) - subject.distance(at.x, at.y, at.z - reach)
  return normalize(vector(dx, dy, dz))
}
