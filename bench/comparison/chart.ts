import { yardstick } from './candidates.ts'
import type { Results } from './results.ts'
import { type CellSummary, summariesOf } from './summary.ts'
import type { Workload } from './workloads.ts'

/** The ratios as an SVG picture: a bar for each way of asking, with the quartiles as whiskers; the raw proxy is the line at 1. */
export const chartOf = (results: Results): string => {
  const rows = rowsOf(results)
  const counts = [...new Set(rows.flatMap(({ panels }) => panels.flat().map(({ connections }) => connections)))]
  const heightPx = plotTopPx + rows.length * rowPx + 60
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14" role="img">
<title>Requests per second as a share of a raw proxy of the same REST call</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="20" y="32" font-size="19" font-weight="600" fill="#1f2430">Requests a second, as a share of a raw proxy</text>
<text x="20" y="54" fill="#5b6472">One core each. Medians of pairs with the raw proxy; whiskers are quartiles. Longer is better.</text>
${counts.map((count, index) => legend(count, index)).join('\n')}
${panels.map((panel) => axis(panel, heightPx, scaleOf(rows))).join('\n')}
${rows.map((row, index) => rowOf(row, index, { counts, most: scaleOf(rows) })).join('\n')}
</svg>
`
}

const widthPx = 960
const plotTopPx = 124
const rowPx = 46
const labelRightPx = 262
const barPx = 13
const panels = [
  { title: 'removeBackground', left: 274, right: 594 },
  { title: 'job', left: 620, right: 940 },
] as const
type Panel = (typeof panels)[number]

const isJob: Record<Workload, boolean> = { mutation: false, 'keyed-mutation': false, job: true, 'known-job': true }
const suffixes: Record<Workload, string> = {
  mutation: '',
  'keyed-mutation': ' with a key; a job it knows',
  job: '',
  'known-job': ' with a key; a job it knows',
}

interface Row {
  readonly label: string
  readonly isOurs: boolean
  /** Of the mutation, of the query. */
  readonly panels: readonly [readonly CellSummary[], readonly CellSummary[]]
}

/** A row a candidate, and one more for what only the gateway does. The control is no bar: it tells of noise. */
const rowsOf = (results: Results): Row[] =>
  summariesOf(results)
    .filter(({ candidate }) => candidate.name !== yardstick)
    .flatMap(({ candidate, cells }) =>
      [...new Set(cells.map(({ workload }) => suffixes[workload]))].map((suffix): Row => {
        const own = cells.filter(({ workload }) => suffixes[workload] === suffix)
        return {
          label: suffix === '' ? candidate.label : `…${suffix}`,
          isOurs: candidate.name === 'gateway',
          panels: [own.filter(({ workload }) => !isJob[workload]), own.filter(({ workload }) => isJob[workload])],
        }
      }),
    )

/** Where the axes end: beyond the raw proxy and the longest whisker, with room for the figure. */
const scaleOf = (rows: readonly Row[]): number =>
  roomForFigures * Math.max(1, ...rows.flatMap((row) => row.panels.flat().map(({ ratio }) => ratio.upper)))

const roomForFigures = 1.15

const xOf = ({ left, right }: Panel, value: number, most: number): string =>
  (left + (value / most) * (right - left)).toFixed(1)

const axis = (panel: Panel, heightPx: number, most: number): string => {
  const stepOf = [0.2, 0.5, 1, 2, 5].find((step) => most / step <= 6) ?? 10
  const steps = Array.from({ length: Math.floor(most / stepOf + 1e-9) + 1 }, (_, index) => index * stepOf)
  const bottom = heightPx - 50
  const lines = steps.map((value) => {
    const x = xOf(panel, value, most)
    return `<path d="M${x} ${plotTopPx - 8}V${bottom}" stroke="${value === 0 ? '#5b6472' : '#e6e8ec'}"/>
<text x="${x}" y="${bottom + 20}" text-anchor="middle" fill="#5b6472">${Number(value.toFixed(1))}</text>`
  })
  const one = xOf(panel, 1, most)
  return `<text x="${panel.left}" y="${plotTopPx - 18}" font-weight="600" fill="#1f2430">${panel.title}</text>
${lines.join('\n')}
<path d="M${one} ${plotTopPx - 8}V${bottom}" stroke="#1f2430" stroke-dasharray="2 4"/>
<text x="${one}" y="${bottom + 38}" text-anchor="middle" fill="#1f2430" font-size="13">raw proxy</text>`
}

const colors = { ours: ['#1d4ed8', '#7ea2f5'], others: ['#7b8494', '#c3c8d1'] } as const
const colorOf = (isOurs: boolean, place: number): string => (isOurs ? colors.ours : colors.others)[place === 0 ? 0 : 1]

const legend = (count: number, place: number): string => {
  const x = 20 + place * 150
  return `<rect x="${x}" y="68" width="12" height="12" fill="${colorOf(false, place)}"/>
<text x="${x + 18}" y="79" fill="#5b6472" font-size="13">${count} at a time</text>`
}

const rowOf = (
  { label, isOurs, panels: cells }: Row,
  index: number,
  { counts, most }: { readonly counts: readonly number[]; readonly most: number },
): string => {
  const top = plotTopPx + index * rowPx
  const bars = cells.flatMap((own, place) => {
    const panel = panels[place === 0 ? 0 : 1]
    return own.map((cell) => {
      const order = counts.indexOf(cell.connections)
      return bar(cell, { panel, most, y: top + order * (barPx + 3), color: colorOf(isOurs, order) })
    })
  })
  return `<text x="${labelRightPx}" y="${top + barPx + 6}" text-anchor="end" fill="${isOurs ? '#1d4ed8' : '#1f2430'}"${isOurs ? ' font-weight="600"' : ''}>${label}</text>
${bars.join('\n')}`
}

interface BarPlace {
  readonly panel: Panel
  readonly most: number
  readonly y: number
  readonly color: string
}

const bar = ({ ratio }: CellSummary, { panel, most, y, color }: BarPlace): string => {
  const [end, lower, upper] = [ratio.median, ratio.lower, ratio.upper].map((value) => xOf(panel, value, most))
  const middle = y + barPx / 2
  return `<rect x="${panel.left}" y="${y}" width="${(Number(end) - panel.left).toFixed(1)}" height="${barPx}" fill="${color}"/>
<path d="M${lower} ${middle}H${upper}M${lower} ${middle - 3}v6M${upper} ${middle - 3}v6" stroke="#1f2430" fill="none"/>
<text x="${Number(upper) + 6}" y="${middle + 4}" fill="#1f2430" font-size="12">${ratio.median.toFixed(2)}</text>`
}
