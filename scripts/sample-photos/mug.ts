import { noise } from './random.ts'
import type { Material, Scene } from './scene.ts'
import { blend, carve, clamp, segment, smoothstep } from './shapes.ts'
import { seamlessPaper, softbox } from './studio.ts'
import { mix, vector } from './vector.ts'
import type { Vector } from './vector.ts'

const tall = 9.4
const coffeeLevel = 8.75
/** The handle points to the right and a little towards the camera, so that one looks through it. */
const turn = { cosine: Math.cos(0.42), sine: Math.sin(0.42) }

/** A glazed stoneware mug with coffee on seamless paper. The handle's hole shows the paper behind it. */
export const mugScene: Scene = {
  camera: {
    eye: vector(-2, 20.5, 47.5),
    target: vector(1.0, 4.3, 0),
    fieldOfViewDegrees: 19.5,
    apertureRadius: 0.35,
    focusDistance: 48.5,
  },
  subject: {
    centre: vector(1.3, 4.8, 0),
    radius: 8.2,
    distance: (x, y, z) => Math.min(clay(x, y, z), coffee(x, y, z)) * 0.9,
    materialAt: (position) => materialAt(position),
  },
  backdrop: seamlessPaper({ depth: 95, bend: 70, colour: vector(0.8, 0.77, 0.73) }),
  lights: [
    softbox({ at: vector(-46, 31, 30), towards: vector(0, 12, 0), width: 34, height: 56 }, vector(8.6, 8.2, 7.7)),
    softbox({ at: vector(50, 26, 24), towards: vector(0, 5, 0), width: 24, height: 44 }, vector(1.5, 1.7, 2.0)),
  ],
  sky: (direction) => mix(vector(0.42, 0.41, 0.4), vector(0.6, 0.61, 0.63), clamp(direction.y, 0, 1)),
}

const clay = (x: number, y: number, z: number): number =>
  blend(cup(x, y, z), carve(handle(x, y, z), Math.sqrt(x * x + z * z) - wallRadius(y), 0.1), 0.7)

const cup = (x: number, y: number, z: number): number => {
  const radius = Math.sqrt(x * x + z * z)
  const floor = segment(radius, y, floorLine)
  const corner = segment(radius, y, cornerLine)
  const foot = Math.sqrt((radius - 2.75) ** 2 + (y - 0.28) ** 2) - 0.27
  return blend(blend(Math.min(floor, corner), wall(radius, y), 0.9) - 0.27, foot, 0.35)
}

const floorLine = { ax: 0, ay: 0.75, bx: 2.9, by: 0.75 }
const cornerLine = { ax: 2.9, ay: 0.75, bx: 3.82, by: 1.8 }
const belly = { radius: 4.15, y: 4.4, arc: 16 }

/** The wall's profile is an arc: a belly that narrows to the rim, so that the window is mirrored in its upper half. */
const wall = (radius: number, y: number): number => {
  if (y < 1.8) return segment(radius, y, { ax: 3.82, ay: 1.8, bx: 3.83, by: 1.9 })
  const across = radius - belly.radius + belly.arc
  if (y < tall) return Math.abs(Math.sqrt(across * across + (y - belly.y) ** 2) - belly.arc)
  return Math.sqrt((radius - wallRadius(tall)) ** 2 + (y - tall) ** 2)
}

const wallRadius = (y: number): number => belly.radius - belly.arc + Math.sqrt(belly.arc ** 2 - (y - belly.y) ** 2)

/** A ring drawn upright, flattened to a strap, wider below than above. */
const handle = (x: number, y: number, z: number): number => {
  const across = x * turn.cosine + z * turn.sine - 4.3
  const aside = z * turn.cosine - x * turn.sine
  const lean = across - (y - 5.3) * 0.02
  const upright = y - 5.3 - clamp(y - 5.3, -0.9, 0.9)
  const ring = Math.sqrt((lean * 0.9) ** 2 + upright * upright) - 2.05
  return Math.sqrt(ring * ring + Math.max(Math.abs(aside) - 0.32, 0) ** 2) - 0.4
}

const coffee = (x: number, y: number, z: number): number => {
  const radius = Math.sqrt(x * x + z * z)
  return Math.max(radius - 3.7, y - coffeeLevel - 0.12 * smoothstep(3.15, 3.55, radius), 6 - y)
}

const glaze: Material = { colour: vector(0.022, 0.15, 0.175), gloss: 1, mirror: 0.045, roughness: 0.05 }
const bareClay = vector(0.46, 0.31, 0.2)
const inside: Material = { colour: vector(0.72, 0.68, 0.6), gloss: 1, mirror: 0.045, roughness: 0.06 }
const brew = vector(0.035, 0.013, 0.005)
const crema = vector(0.2, 0.09, 0.03)

const materialAt = (at: Vector): Material => {
  const radius = Math.hypot(at.x, at.z)
  if (coffee(at.x, at.y, at.z) < clay(at.x, at.y, at.z)) return coffeeMaterial(at, radius)
  const isHandle = handle(at.x, at.y, at.z) < cup(at.x, at.y, at.z)
  if (!isHandle && radius < wallRadius(at.y) - 0.03 && at.y > 5) return inside
  const angle = Math.atan2(at.x, at.z)
  const glazeEnd = 2.35 + 0.5 * noise(angle * 2.2 + 9, 0, 3) + 0.16 * noise(angle * 9, 4, 1)
  if (!isHandle && at.y < glazeEnd) return clayMaterial(at)
  if (!isHandle && isStar(angle + 0.1, at.y - 5.5)) return { ...glaze, colour: vector(0.74, 0.7, 0.63) }
  // Glaze runs: it is thick and dark at its lower edge, and breaks to brown on the rim.
  const thin = smoothstep(tall - 0.1, tall + 0.2, at.y + 0.25 * noise(angle * 6, 1, 1)) * 0.8
  const thick = 1 - smoothstep(0, 0.9, at.y - glazeEnd)
  const colour = mix(glaze.colour, vector(0.2, 0.085, 0.035), thin)
  return { ...glaze, colour: mix(colour, vector(0.008, 0.07, 0.1), isHandle ? 0 : thick * 0.8) }
}

const clayMaterial = (at: Vector): Material => {
  const speck = noise(at.x * 9, at.y * 9, at.z * 9) > 0.83 ? 0.45 : 1
  const grain = 0.86 + 0.28 * noise(at.x * 4, at.y * 14, at.z * 4)
  return {
    colour: vector(bareClay.x * grain * speck, bareClay.y * grain * speck, bareClay.z * grain * speck),
    gloss: 0.25,
    mirror: 0.02,
    roughness: 0.7,
  }
}

const coffeeMaterial = (at: Vector, radius: number): Material => {
  const swirl = noise(at.x * 1.1 + noise(at.z * 1.5, 0, 0) * 2, 0, at.z * 1.1)
  const foam = Math.max(smoothstep(2.7, 3.4, radius) * 0.9, smoothstep(0.55, 0.85, swirl) * 0.55)
  return { colour: mix(brew, crema, foam), gloss: 1, mirror: 0.02, roughness: 0.02 }
}

/** A star of four curved points, 3 cm across, on the side that faces the camera. */
const isStar = (angle: number, y: number): boolean => {
  const across = Math.abs(angle * 4.2) / 1.15
  const upwards = Math.abs(y) / 1.7
  return Math.sqrt(across) + Math.sqrt(upwards) < 1
}
