import { createRandom, type Random } from './random.ts'
import { backdropHit, type Hit, isBlocked, subjectHit } from './ray-hits.ts'
import type { Light, Scene } from './scene.ts'
import { add, along, cross, dot, lengthOf, multiply, normalize, reflect, scale, subtract, vector } from './vector.ts'
import type { Vector } from './vector.ts'

/** What is rendered: linear RGB, three numbers a pixel, and how much of each pixel the subject covers (0 to 1). */
export interface Render {
  readonly width: number
  readonly height: number
  readonly colours: Float32Array
  readonly coverage: Float32Array
}

const bounces = 3
/** Round-about light is cut here: a rare bright path would stay as a white dot. */
const brightest = 2.5

/** Renders a scene as a camera would see it; each pixel has its own seed, so the result is the same on every run. */
export const render = (scene: Scene, size: { width: number; height: number }, samples: number): Render => {
  const { width, height } = size
  const colours = new Float32Array(width * height * 3)
  const coverage = new Float32Array(width * height)
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const random = createRandom(Math.imul(pixel + 1, 2_654_435_761))
    let sum = vector(0, 0, 0)
    let covered = 0
    for (let sample = 0; sample < samples; sample += 1) {
      const offset = stratum(sample, samples, random)
      const x = (pixel % width) + offset.x
      const y = Math.floor(pixel / width) + offset.y
      const seen = trace(scene, cameraRay(scene, size, { x, y, random }), random)
      sum = add(sum, seen.colour)
      covered += seen.isSubject ? 1 : 0
    }
    colours.set([sum.x / samples, sum.y / samples, sum.z / samples], pixel * 3)
    coverage[pixel] = covered / samples
  }
  return { width, height, colours, coverage }
}

/** How much of each pixel the subject covers; far quicker than `render`, for it follows no light. */
export const renderCoverage = (scene: Scene, size: { width: number; height: number }, samples: number): Float32Array =>
  Float32Array.from({ length: size.width * size.height }, (_, pixel) => {
    const random = createRandom(Math.imul(pixel + 1, 2_654_435_761))
    let covered = 0
    for (let sample = 0; sample < samples; sample += 1) {
      const offset = stratum(sample, samples, random)
      const x = (pixel % size.width) + offset.x
      const y = Math.floor(pixel / size.width) + offset.y
      const ray = cameraRay(scene, size, { x, y, random })
      covered += nearest(scene, ray, random)?.isSubject === true ? 1 / samples : 0
    }
    return covered
  })

interface Ray {
  readonly origin: Vector
  readonly direction: Vector
}

const stratum = (sample: number, samples: number, random: Random): { x: number; y: number } => {
  const side = Math.max(1, Math.floor(Math.sqrt(samples)))
  const cell = sample % (side * side)
  return { x: ((cell % side) + random()) / side, y: (Math.floor(cell / side) + random()) / side }
}

const cameraRay = (
  { camera }: Scene,
  size: { width: number; height: number },
  at: { x: number; y: number; random: Random },
): Ray => {
  const forward = normalize(subtract(camera.target, camera.eye))
  const right = normalize(cross(forward, vector(0, 1, 0)))
  const up = cross(right, forward)
  const reach = Math.tan((camera.fieldOfViewDegrees * Math.PI) / 360)
  const across = ((at.x * 2) / size.width - 1) * reach * (size.width / size.height)
  const upwards = (1 - (at.y * 2) / size.height) * reach
  const pinhole = add(forward, add(scale(right, across), scale(up, upwards)))
  const focus = along(camera.eye, pinhole, camera.focusDistance)
  const angle = at.random() * 2 * Math.PI
  const radius = Math.sqrt(at.random()) * camera.apertureRadius
  const origin = add(camera.eye, add(scale(right, Math.cos(angle) * radius), scale(up, Math.sin(angle) * radius)))
  return { origin, direction: normalize(subtract(focus, origin)) }
}

const nearest = (scene: Scene, ray: Ray, random: Random | null): Hit | null => {
  const subject = subjectHit(scene, ray, random)
  const backdrop = backdropHit(scene, ray)
  if (subject === null || backdrop === null) return subject ?? backdrop
  return subject.distance < backdrop.distance ? subject : backdrop
}

const trace = (scene: Scene, ray: Ray, random: Random): { colour: Vector; isSubject: boolean } => {
  const hit = nearest(scene, ray, random)
  if (hit === null) return { colour: scene.sky(ray.direction), isSubject: false }
  const shine = shineOf(hit, ray)
  const body = scale(diffuse(scene, { hit, depth: 0 }, random), 1 - shine)
  if (shine === 0) return { colour: body, isSubject: hit.isSubject }
  return { colour: add(body, scale(mirrored(scene, { hit, ray, depth: 0 }, random), shine)), isSubject: hit.isSubject }
}

/** Light that arrives along a ray which is not the camera's own. */
const radiance = (scene: Scene, path: { ray: Ray; depth: number; seesLights: boolean }, random: Random): Vector => {
  const { ray, depth, seesLights } = path
  const hit = nearest(scene, ray, null)
  const light = seesLights ? lightOnTheWay(scene, ray, hit?.distance ?? Infinity) : null
  if (light !== null) return light.radiance
  if (hit === null) return scene.sky(ray.direction)
  if (depth >= bounces) return vector(0, 0, 0)
  return random() < shineOf(hit, ray)
    ? mirrored(scene, { hit, ray, depth }, random)
    : diffuse(scene, { hit, depth }, random)
}

/** The share of light that the glaze mirrors instead of letting it through to the colour below. */
const shineOf = ({ material, normal }: Hit, ray: Ray): number =>
  material.gloss * (material.mirror + (1 - material.mirror) * (1 - Math.abs(dot(ray.direction, normal))) ** 5)

const mirrored = (scene: Scene, at: { hit: Hit; ray: Ray; depth: number }, random: Random): Vector => {
  const { position, normal, material } = at.hit
  const blur = scale(onSphere(random), material.roughness * random())
  const direction = normalize(add(reflect(at.ray.direction, normal), blur))
  const ray = { origin: along(position, normal, 0.004), direction }
  // Only the camera's own ray sees lamps in a mirror: otherwise rare bright paths leave white dots on the paper.
  return radiance(scene, { ray, depth: at.depth + 1, seesLights: at.depth === 0 }, random)
}

const diffuse = (scene: Scene, { hit, depth }: { hit: Hit; depth: number }, random: Random): Vector => {
  const { position, normal, material } = hit
  // What the camera sees itself is lit by every lamp; for light that arrives in a round-about way one lamp is enough.
  const lamps = depth === 0 ? scene.lights : [pick(scene.lights, random)]
  const direction = normalize(add(normal, onSphere(random)))
  const ray = { origin: along(position, normal, 0.004), direction }
  // What falls on a dark surface hardly counts: it is followed now and then only, and then counts more.
  const chance = Math.min(1, 0.15 + Math.max(material.colour.x, material.colour.y, material.colour.z))
  const arrives = random() < chance ? radiance(scene, { ray, depth: depth + 1, seesLights: false }, random) : null
  let light = arrives === null ? vector(0, 0, 0) : scale(clip(arrives), 1 / chance)
  for (const lamp of lamps) {
    light = add(light, scale(directLight(scene, { hit, lamp }, random), scene.lights.length / lamps.length))
  }
  return add(multiply(material.colour, light), material.glow ?? vector(0, 0, 0))
}

const pick = (lights: readonly Light[], random: Random): Light | undefined =>
  lights[Math.floor(random() * lights.length)]

const directLight = (scene: Scene, { hit, lamp }: { hit: Hit; lamp: Light | undefined }, random: Random): Vector => {
  if (lamp === undefined) return vector(0, 0, 0)
  const spread = add(scale(lamp.halfWidth, random() * 2 - 1), scale(lamp.halfHeight, random() * 2 - 1))
  const towards = subtract(add(lamp.centre, spread), hit.position)
  const distance = lengthOf(towards)
  const direction = scale(towards, 1 / distance)
  const facing = dot(direction, hit.normal)
  const leaving = -dot(direction, lightNormal(lamp))
  if (facing <= 0 || leaving <= 0) return vector(0, 0, 0)
  const origin = along(hit.position, hit.normal, 0.004)
  if (isBlocked(scene, { origin, direction }, distance)) return vector(0, 0, 0)
  const area = 4 * lengthOf(lamp.halfWidth) * lengthOf(lamp.halfHeight)
  return scale(lamp.radiance, (facing * leaving * area) / (Math.PI * distance * distance))
}

const lightOnTheWay = (scene: Scene, ray: Ray, limit: number): Light | null =>
  scene.lights.find((light) => {
    const normal = lightNormal(light)
    const approach = dot(ray.direction, normal)
    if (approach >= 0) return false
    const distance = dot(subtract(light.centre, ray.origin), normal) / approach
    if (distance <= 0 || distance >= limit) return false
    const offset = subtract(along(ray.origin, ray.direction, distance), light.centre)
    const across = dot(offset, light.halfWidth) / dot(light.halfWidth, light.halfWidth)
    const upwards = dot(offset, light.halfHeight) / dot(light.halfHeight, light.halfHeight)
    return Math.abs(across) < 1 && Math.abs(upwards) < 1
  }) ?? null

const lightNormal = (light: Light): Vector => normalize(cross(light.halfWidth, light.halfHeight))

const onSphere = (random: Random): Vector => {
  const height = random() * 2 - 1
  const angle = random() * 2 * Math.PI
  const radius = Math.sqrt(1 - height * height)
  return vector(radius * Math.cos(angle), height, radius * Math.sin(angle))
}

const clip = (colour: Vector): Vector => {
  const peak = Math.max(colour.x, colour.y, colour.z)
  return peak > brightest ? scale(colour, brightest / peak) : colour
}
