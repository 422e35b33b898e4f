import { type Colours, numbers } from './planes.ts'

/**
 * CIELAB (D65) of sRGB planes. Distances in it are about what the eye sees: 2 can just be noticed.
 *
 * A shadow multiplies the light, which in CIELAB scales (L + 16, a, b) as a whole: that is how shadows are told apart.
 */
export const toLab = ([red, green, blue]: Colours): Colours => {
  const lab: Colours = [new Float32Array(red.length), new Float32Array(red.length), new Float32Array(red.length)]
  for (let pixel = 0; pixel < red.length; pixel += 1) {
    const r = linear(red[pixel] ?? 0)
    const g = linear(green[pixel] ?? 0)
    const b = linear(blue[pixel] ?? 0)
    const x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
    const y = root(0.2126 * r + 0.7152 * g + 0.0722 * b)
    const z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
    lab[0][pixel] = 116 * y - 16
    lab[1][pixel] = 500 * (x - y)
    lab[2][pixel] = 200 * (y - z)
  }
  return lab
}

const stepsPerLevel = 8
const linearValues = numbers(255 * stepsPerLevel + 1, (index) => {
  const value = index / stepsPerLevel / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})

const linear = (value: number): number => linearValues[Math.round(value * stepsPerLevel)] ?? 1

const root = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)
