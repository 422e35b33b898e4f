import type { Sample } from './measure.ts'
import type { Point } from './trend.ts'

/** The memory over time as an SVG picture. */
export const chartOf = (samples: readonly Sample[]): string => {
  const curves = curvesOf(samples)
  const scale = scaleOf(curves.flatMap(({ points }) => points))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14" role="img">
<title>Memory of the gateway under a steady mixed load</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${plot.left}" y="32" font-size="19" font-weight="600" fill="#1f2430">Memory under a steady mixed load</text>
${axes(scale)}
${curves.map((curve, index) => `${legend(curve, index)}\n${line(curve, scale)}`).join('\n')}
</svg>
`
}

const widthPx = 860
const heightPx = 440
const plot = { left: 84, right: 830, top: 78, bottom: 372 } as const

interface Curve {
  readonly name: string
  /** Minutes, and MB. */
  readonly points: readonly Point[]
  readonly color: string
}

const curvesOf = (samples: readonly Sample[]): Curve[] => [
  {
    name: 'resident',
    color: '#7b8494',
    points: samples.flatMap(({ atSeconds, rssBytes }) => (rssBytes === null ? [] : [pointOf(atSeconds, rssBytes)])),
  },
  {
    name: 'heap in use',
    color: '#7ea2f5',
    points: samples.map(({ atSeconds, inside }) => pointOf(atSeconds, inside.heapUsedBytes)),
  },
  {
    name: 'heap after full collections',
    color: '#1d4ed8',
    points: samples.flatMap(({ atSeconds, inside }) => inside.liveBytes.map((bytes) => pointOf(atSeconds, bytes))),
  },
]

const pointOf = (seconds: number, bytes: number): Point => ({ at: seconds / 60, value: bytes / 1e6 })

/** Where the axes end. */
interface Scale {
  readonly minutes: number
  readonly megabytes: number
}

const scaleOf = (points: readonly Point[]): Scale => ({
  minutes: Math.max(...points.map(({ at }) => at)),
  megabytes: 1.1 * Math.max(...points.map(({ value }) => value)),
})

const xOf = (minutes: number, scale: Scale): string =>
  (plot.left + (minutes / scale.minutes) * (plot.right - plot.left)).toFixed(1)
const yOf = (megabytes: number, scale: Scale): string =>
  (plot.bottom - (megabytes / scale.megabytes) * (plot.bottom - plot.top)).toFixed(1)

const axes = (scale: Scale): string => {
  const rows = stepsTo(scale.megabytes).map((value) => {
    const y = yOf(value, scale)
    return `<path d="M${plot.left} ${y}H${plot.right}" stroke="${value === 0 ? '#5b6472' : '#e6e8ec'}"/>
<text x="${plot.left - 10}" y="${y}" dy="5" text-anchor="end" fill="#5b6472">${value} MB</text>`
  })
  const columns = stepsTo(scale.minutes).map(
    (value) =>
      `<text x="${xOf(value, scale)}" y="${plot.bottom + 22}" text-anchor="middle" fill="#5b6472">${value}</text>`,
  )
  return `${[...rows, ...columns].join('\n')}
<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 48}" text-anchor="middle" fill="#1f2430">minutes</text>`
}

/** Round numbers from 0 on, at most ten. */
const stepsTo = (most: number): number[] => {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => most / size <= 8) ?? 1_000
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => Number((index * step).toFixed(1)))
}

const legend = ({ name, color }: Curve, index: number): string => {
  const x = plot.left + index * 150
  return `<rect x="${x}" y="48" width="12" height="12" fill="${color}"/>
<text x="${x + 18}" y="59" fill="#5b6472" font-size="13">${name}</text>`
}

const line = ({ points, color }: Curve, scale: Scale): string =>
  `<polyline points="${points.map(({ at, value }) => `${xOf(at, scale)},${yOf(value, scale)}`).join(' ')}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`
