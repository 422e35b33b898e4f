import { fuzzDepth, hair, hairFuzz } from './portrait-hair.ts'
import { noise } from './random.ts'
import type { Material, Scene } from './scene.ts'
import { blend, carve, clamp, ellipsoid, smoothstep } from './shapes.ts'
import { softbox } from './studio.ts'
import { mix, vector } from './vector.ts'
import type { Vector } from './vector.ts'

/** A bust in a roll-neck before a blue-grey wall: the shoulders run out of the picture, the curls end in fine fuzz. */
export const portraitScene: Scene = {
  camera: {
    eye: vector(0, 5, 118),
    target: vector(0, -2.6, 0),
    fieldOfViewDegrees: 25,
    apertureRadius: 0.5,
    focusDistance: 109,
  },
  subject: {
    centre: vector(0, -7, -1),
    radius: 31,
    distance: (x, y, z) => bust(x, y, z) * 0.85,
    materialAt: (position) => materialAt(position),
    fuzz: { depth: fuzzDepth, distance: hair, densityAt: hairFuzz },
  },
  backdrop: {
    hit: (origin, direction) => (direction.z < 0 ? (-70 - origin.z) / direction.z : Infinity),
    normalAt: () => vector(0, 0, 1),
    materialAt: () => ({ colour: vector(0.36, 0.47, 0.55), gloss: 0, mirror: 0, roughness: 1 }),
  },
  lights: [
    softbox({ at: vector(-75, 60, 75), towards: vector(0, 0, 0), width: 60, height: 80 }, vector(9.2, 8.8, 8.2)),
    softbox({ at: vector(85, 20, 60), towards: vector(0, 0, 0), width: 50, height: 90 }, vector(2.2, 2.4, 2.7)),
    softbox({ at: vector(40, 60, -55), towards: vector(0, 0, -3), width: 30, height: 40 }, vector(9, 9, 9.4)),
  ],
  sky: (direction) => mix(vector(0.36, 0.35, 0.34), vector(0.5, 0.52, 0.55), clamp(direction.y, 0, 1)),
}

/** Parts that are surely further off are not looked at: most of the rendering time is spent here. */
const bust = (x: number, y: number, z: number): number => {
  if (y < -18) return Math.min(pullover(x, y, z), -8.5 - y)
  const head = Math.min(skin(x, y, z), hair(x, y, z), z > 4 ? features(x, y, z) : z < 0 ? 4 : 2)
  return y > -8 ? Math.min(head, y + 11) : Math.min(head, pullover(x, y, z))
}

const skull = ellipsoid(7.5, 9, 8.6)
const jaw = ellipsoid(5.3, 5.4, 5.8)
const nose = ellipsoid(1.2, 1.5, 1.5)
const ear = ellipsoid(1, 2.2, 1.5)

const skin = (x: number, y: number, z: number): number => {
  const neckY = y - clamp(y, -16, -4)
  const neck = Math.sqrt(x * x + neckY * neckY + (z + 1.5) * (z + 1.5)) - 3.7
  const head = blend(skull(x, y - 5, z + 0.6), jaw(x, y + 1.4, z - 1.7), 5)
  const face = blend(head, nose(x, y - 2.3, z - 8.5), 1.5)
  const withEars = blend(face, ear(Math.abs(x) - 7.4, y - 2.9, z + 0.8), 0.8)
  const smileY = y + 2.1 - x * x * 0.09
  const smile = Math.sqrt(Math.max(Math.abs(x) - 1.9, 0) ** 2 + smileY * smileY + (z - 7.7) ** 2) - 0.42
  return blend(carve(withEars, smile, 0.35), neck, 2.4)
}

const eyeball = ellipsoid(0.82, 1.08, 0.6)

/** Eyes and brows. */
const features = (x: number, y: number, z: number): number => {
  const side = Math.abs(x)
  const browX = side - clamp(side, 1.9, 4.1)
  const browY = y - 7.15 + (side - 3) ** 2 * 0.11
  const brow = Math.sqrt(browX * browX + browY * browY + (z - 7.05 + (side - 2) * 0.33) ** 2) - 0.36
  return Math.min(eyeball(side - 2.95, y - 4.5, z - 7.15), brow)
}

const belly = ellipsoid(17, 17, 9.5)

const pullover = (x: number, y: number, z: number): number => {
  const slope = y + 20.5 + Math.abs(x) * 0.16
  const shoulderX = Math.max(Math.abs(x) - 13, 0)
  const shoulders = Math.sqrt(shoulderX * shoulderX + slope * slope + (z + 2) ** 2) - 6.2
  const chest = belly(x, y + 33, z + 1.5)
  const rib = Math.sin(Math.atan2(x, z + 1.8) * 34) * 0.09
  const collarRadius = Math.sqrt(x * x + (z + 1.8) ** 2) - 4.7
  const collarY = y + 13.4 - clamp(y + 13.4, -1.6, 1.6)
  const collar = Math.sqrt(collarRadius * collarRadius + collarY * collarY) - 1.15 + rib
  const body = blend(shoulders, chest, 5)
  const knit = body < 1 ? Math.sin(x * 5.2 + Math.sin(y * 4.4) * 0.7) * Math.sin(y * 2.2) * 0.07 : 0
  return blend(body + knit, collar, 1.1)
}

const wool: Material = { colour: vector(0.62, 0.3, 0.045), gloss: 0.1, mirror: 0.01, roughness: 1 }
const hairMaterial: Material = { colour: vector(0.055, 0.024, 0.012), gloss: 0.6, mirror: 0.03, roughness: 0.75 }
const eyeMaterial: Material = { colour: vector(0.018, 0.01, 0.007), gloss: 1, mirror: 0.045, roughness: 0.03 }

const materialAt = (at: Vector): Material => {
  const distances = [skin(at.x, at.y, at.z), pullover(at.x, at.y, at.z), features(at.x, at.y, at.z)]
  const nearest = Math.min(...distances)
  // Fuzz is caught before any surface is reached.
  if (nearest > 0.03 || hair(at.x, at.y, at.z) < nearest) return hairMaterial
  if (nearest === distances[1]) return wool
  if (nearest === distances[2]) return at.y > 6 ? { ...hairMaterial, gloss: 0.2 } : eyeMaterial
  return skinMaterial(at)
}

const skinMaterial = (at: Vector): Material => {
  const cheek = Math.exp(-((Math.abs(at.x) - 4.4) ** 2 + (at.y - 0.9) ** 2) / 5) * smoothstep(2, 5, at.z)
  const lip = Math.exp(-((at.y + 2.2 - at.x * at.x * 0.09) ** 2) / 0.35) * (1 - smoothstep(1.9, 2.6, Math.abs(at.x)))
  const freckle = noise(at.x * 3, at.y * 3, 7) > 0.8 ? 0.1 * cheek : 0
  const base = mix(vector(0.66, 0.36, 0.235), vector(0.62, 0.2, 0.15), cheek * 0.55)
  const mouth = at.z > 5 ? lip * 0.75 : 0
  return {
    colour: mix(mix(base, vector(0.46, 0.11, 0.1), mouth), vector(0.2, 0.08, 0.04), freckle),
    gloss: 0.55,
    mirror: 0.028,
    roughness: 0.5,
  }
}
