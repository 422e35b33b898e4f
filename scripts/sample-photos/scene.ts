import type { Vector } from './vector.ts'

/** How a surface answers light. */
export interface Material {
  /** Share of red, green and blue that comes back, 0 to 1. */
  readonly colour: Vector
  /** Strength of the glaze over the colour: 0 is chalk, 1 is glazed ceramic. */
  readonly gloss: number
  /** Share that the glaze mirrors when looked at straight on: 0.04 for glass and glaze. */
  readonly mirror: number
  /** Blur of the mirror image: 0 is polished. */
  readonly roughness: number
  readonly glow?: Vector
}

/** A lamp with an even, rectangular face: a softbox. It shines to the side that `halfWidth` x `halfHeight` points to. */
export interface Light {
  readonly centre: Vector
  readonly halfWidth: Vector
  readonly halfHeight: Vector
  readonly radiance: Vector
}

/** What stands before the camera. Lengths are centimetres, y points up, the camera looks towards -z. */
export interface Scene {
  readonly camera: {
    readonly eye: Vector
    readonly target: Vector
    /** Upright. */
    readonly fieldOfViewDegrees: number
    readonly apertureRadius: number
    readonly focusDistance: number
  }
  readonly subject: {
    /** All of the subject is inside this ball. */
    readonly centre: Vector
    readonly radius: number
    /** Signed distance to the surface, or a lower bound of it. */
    readonly distance: (x: number, y: number, z: number) => number
    readonly materialAt: (position: Vector) => Material
    /** Fine hair that stands off the surface; it is seen, but casts no shadow. */
    readonly fuzz?: {
      readonly depth: number
      /** Distance to the surface that has fuzz, or a lower bound of it. */
      readonly distance: (x: number, y: number, z: number) => number
      /** Chance per centimetre that light is caught at a place. */
      readonly densityAt: (x: number, y: number, z: number) => number
    }
  }
  readonly backdrop: {
    /** Distance along the ray, or Infinity. */
    readonly hit: (origin: Vector, direction: Vector) => number
    readonly normalAt: (position: Vector) => Vector
    readonly materialAt: (position: Vector) => Material
  }
  readonly lights: readonly Light[]
  /** Light that comes from a direction in which nothing stands. */
  readonly sky: (direction: Vector) => Vector
}
