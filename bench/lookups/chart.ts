import type { Comparison } from '../simulation/compare.ts'
import type { Figures } from '../simulation/figures.ts'

/** One way of looking up: how many GETs, and the median of the relative delay. */
export interface Spot {
  readonly gets: number
  readonly delay: number
}

/** What is drawn: two curves, and the spots of one comparison. */
export interface Drawing {
  readonly optimum: readonly Spot[]
  /** Fixed intervals, from short to long. */
  readonly interval: readonly Spot[]
  readonly usual: Comparison
}

/** The trade-off as an SVG picture: GETs to the right, delay upwards, so that lower left is better. */
export const chartOf = ({
  optimum,
  interval,
  usual,
}: Drawing): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14" role="img">
<title>GETs per job against the median relative delay</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${plot.left}" y="32" font-size="19" font-weight="600" fill="#1f2430">How soon a finished image is seen, and for how many calls</text>
<text x="${plot.left}" y="54" fill="#5b6472">Simulated render times: median 4 s, log-normal, sigma 0.6. Lower left is better.</text>
${axes()}
${curve(interval, 'stroke="#a4abb8" stroke-width="2" stroke-dasharray="2 5"')}
${curve(optimum, 'stroke="#1f2430" stroke-width="2.5"')}
${note({ gets: 6.4, delay: 0.115 }, 'any fixed interval', '#7b8494')}
${note({ gets: 5, delay: 0.02 }, 'optimum that knows the distribution', '#1f2430')}
${mark(spotOf(usual.owner), 'owner’s client, every 0.5 s', '#c2410c')}
${mark(spotOf(usual.guide), 'owner’s guide, 3 s then × 1.5', '#c2410c')}
${mark(spotOf(usual.ours), 'ours, somebody waits', '#1d4ed8')}
${mark(spotOf(usual.unwatched), 'ours, nobody waits', '#1d4ed8')}
${mark(spotOf(usual.withWebhooks), 'ours, with webhooks', '#1d4ed8')}
</svg>
`

const widthPx = 860
const heightPx = 520
const plot = { left: 84, right: 830, top: 78, bottom: 452 } as const
const most = { gets: 14, delay: 0.6 } as const

const xOf = (gets: number): number => plot.left + (gets / most.gets) * (plot.right - plot.left)
const yOf = (delay: number): number => plot.bottom - (delay / most.delay) * (plot.bottom - plot.top)
const at = ({ gets, delay }: Spot): string => `${xOf(gets).toFixed(1)},${yOf(delay).toFixed(1)}`

const spotOf = ({ gets, medianRelative }: Figures): Spot => ({ gets, delay: medianRelative })

const axes = (): string => {
  const rows = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6].map((delay) => {
    const y = yOf(delay).toFixed(1)
    return `<path d="M${plot.left} ${y}H${plot.right}" stroke="${delay === 0 ? '#5b6472' : '#e6e8ec'}"/>
<text x="${plot.left - 10}" y="${y}" dy="5" text-anchor="end" fill="#5b6472">${Math.round(delay * 100)} %</text>`
  })
  const columns = [0, 2, 4, 6, 8, 10, 12, 14].map(
    (gets) =>
      `<text x="${xOf(gets).toFixed(1)}" y="${plot.bottom + 22}" text-anchor="middle" fill="#5b6472">${gets}</text>`,
  )
  const middleY = (plot.top + plot.bottom) / 2
  return `${[...rows, ...columns].join('\n')}
<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 48}" text-anchor="middle" fill="#1f2430">GETs per job</text>
<text transform="translate(24 ${middleY}) rotate(-90)" text-anchor="middle" fill="#1f2430">median delay, share of the render time</text>`
}

/** What is out of the plot is left out. */
const curve = (spots: readonly Spot[], look: string): string => {
  const inside = spots.filter(({ gets, delay }) => gets <= most.gets && delay <= most.delay)
  return `<polyline points="${inside.map(at).join(' ')}" fill="none" stroke-linejoin="round" ${look}/>`
}

const note = ({ gets, delay }: Spot, text: string, color: string): string =>
  `<text x="${xOf(gets).toFixed(1)}" y="${yOf(delay).toFixed(1)}" fill="${color}">${text}</text>`

const mark = ({ gets, delay }: Spot, name: string, color: string): string => {
  const [x, y] = [xOf(gets), yOf(delay)]
  const figures = `${gets.toFixed(gets < 1 ? 2 : 1)} GETs, ${(delay * 100).toFixed(delay < 0.1 ? 1 : 0)} %`
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="7" fill="${color}" stroke="#ffffff" stroke-width="2"/>
<text x="${(x + 12).toFixed(1)}" y="${(y - 22).toFixed(1)}" fill="${color}" font-weight="600">${name}</text>
<text x="${(x + 12).toFixed(1)}" y="${(y - 5).toFixed(1)}" fill="#5b6472" font-size="13">${figures}</text>`
}
