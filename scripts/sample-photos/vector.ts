/** A point, a direction or a linear RGB colour. */
export interface Vector {
  readonly x: number
  readonly y: number
  readonly z: number
}

export const vector = (x: number, y: number, z: number): Vector => ({ x, y, z })

export const add = (a: Vector, b: Vector): Vector => ({ x: a.x + b.x, y: a.y + b.y, z: a.z + b.z })

export const subtract = (a: Vector, b: Vector): Vector => ({ x: a.x - b.x, y: a.y - b.y, z: a.z - b.z })

export const multiply = (a: Vector, b: Vector): Vector => ({ x: a.x * b.x, y: a.y * b.y, z: a.z * b.z })

export const scale = (a: Vector, factor: number): Vector => ({ x: a.x * factor, y: a.y * factor, z: a.z * factor })

/** `start` moved by `distance` along `direction`. */
export const along = (start: Vector, direction: Vector, distance: number): Vector => ({
  x: start.x + direction.x * distance,
  y: start.y + direction.y * distance,
  z: start.z + direction.z * distance,
})

export const mix = (a: Vector, b: Vector, share: number): Vector => along(a, subtract(b, a), share)

export const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z

export const cross = (a: Vector, b: Vector): Vector => ({
  x: a.y * b.z - a.z * b.y,
  y: a.z * b.x - a.x * b.z,
  z: a.x * b.y - a.y * b.x,
})

export const lengthOf = (a: Vector): number => Math.sqrt(dot(a, a))

export const normalize = (a: Vector): Vector => scale(a, 1 / (lengthOf(a) || 1))

export const reflect = (direction: Vector, normal: Vector): Vector =>
  along(direction, normal, -2 * dot(direction, normal))

/** Two directions that stand square on `axis` and on each other. */
export const tangents = (axis: Vector): [Vector, Vector] => {
  const helper = Math.abs(axis.y) < 0.9 ? vector(0, 1, 0) : vector(1, 0, 0)
  const first = normalize(cross(helper, axis))
  return [first, cross(axis, first)]
}
