// Signed distances: negative inside, positive outside.

/** Distance in the plane from (x, y) to the line between two points. */
export const segment = (x: number, y: number, line: { ax: number; ay: number; bx: number; by: number }): number => {
  const [dx, dy] = [line.bx - line.ax, line.by - line.ay]
  const share = clamp(((x - line.ax) * dx + (y - line.ay) * dy) / (dx * dx + dy * dy), 0, 1)
  // Not Math.hypot: it is ten times slower, and most of the rendering time is spent here.
  return Math.sqrt((x - line.ax - dx * share) ** 2 + (y - line.ay - dy * share) ** 2)
}

/** Both shapes, their seam rounded over `radius`. */
export const blend = (a: number, b: number, radius: number): number => {
  const share = Math.max(radius - Math.abs(a - b), 0) / radius
  return Math.min(a, b) - (share * share * radius) / 4
}

/** The first shape without the second, the edge rounded over `radius`. */
export const carve = (a: number, b: number, radius: number): number => -blend(-a, b, radius)

/** An ellipsoid round the origin. Near the surface the distance is right, further off it is a bound. */
export const ellipsoid = (
  radiusX: number,
  radiusY: number,
  radiusZ: number,
): ((x: number, y: number, z: number) => number) => {
  const smallest = Math.min(radiusX, radiusY, radiusZ)
  return (x, y, z) => {
    const [u, v, w] = [x / radiusX, y / radiusY, z / radiusZ]
    const reach = Math.sqrt(u * u + v * v + w * w)
    const [du, dv, dw] = [u / radiusX, v / radiusY, w / radiusZ]
    const slope = Math.sqrt(du * du + dv * dv + dw * dw)
    return slope === 0 ? -smallest : (reach * (reach - 1)) / slope
  }
}

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** 0 below `low`, 1 above `high`, an even S between. */
export const smoothstep = (low: number, high: number, value: number): number => {
  const share = clamp((value - low) / (high - low), 0, 1)
  return share * share * (3 - 2 * share)
}
