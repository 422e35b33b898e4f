import { formatBytes, formatCredits } from './text.ts'

/** A photo that is being worked on. */
export interface PhotoRow {
  readonly name: string
  step: string
  /** Size of the file that is being moved; null: none is. */
  bytes: number | null
  /** How much of the step is done, 0 to 1; null: that cannot be told. */
  fraction: number | null
}

/** Everything that the live lines show. */
export interface BoardState {
  readonly photos: readonly PhotoRow[]
  /** Photos in all. */
  readonly total: number
  /** Those with an end, of whatever kind. */
  readonly ended: number
  /** Of these, the ones that took time: a photo that was passed over says nothing about how long the others take. */
  readonly worked: number
  readonly failed: number
  readonly creditsCharged: number
  readonly elapsedMs: number
  /** Counts up. */
  readonly frame: number
}

interface Size {
  readonly columns: number
  readonly rows: number
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** Below this width bars make room for words. */
const columnsWithBars = 60

/** The live lines, each shorter than the terminal is wide; with one for all photos as the last. */
export const boardLines = (state: BoardState, { columns, rows }: Size): readonly string[] => {
  const width = Math.max(1, columns - 1)
  // One line stays free, or the terminal would scroll and the top could not be rewritten.
  const shown = state.photos.slice(0, Math.max(0, rows - 2))
  const spinner = frames[state.frame % frames.length] ?? ''
  return [...shown.map((photo) => `${spinner} ${photoLine(photo, width - 2)}`), totalLine(state, width)].map((line) =>
    line.slice(0, width),
  )
}

const photoLine = ({ name, step, bytes, fraction }: PhotoRow, width: number): string => {
  const hasBar = width >= columnsWithBars && fraction !== null
  const words = [step, ...(bytes === null ? [] : [sizeWords(bytes, fraction)])].join(' ')
  const rest = hasBar ? `${words}  ${bar(fraction, 12)}` : words
  const nameWidth = Math.max(8, Math.min(40, width - rest.length - 2))
  return `${fit(name, nameWidth)}  ${rest}`
}

const sizeWords = (bytes: number, fraction: number | null): string =>
  fraction === null
    ? formatBytes(bytes)
    : `${formatBytes(Math.round(bytes * Math.min(1, fraction)))} of ${formatBytes(bytes)}`

/** The end of a path says more than its beginning. */
const fit = (name: string, width: number): string =>
  name.length > width ? `…${name.slice(name.length - width + 1)}` : name.padEnd(width)

const totalLine = (state: BoardState, width: number): string => {
  const { total, ended, failed, creditsCharged } = state
  const hasBar = width >= columnsWithBars
  return [
    ...(hasBar ? [bar(total === 0 ? 0 : ended / total, 12)] : []),
    `${ended} of ${total}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(creditsCharged > 0 ? [formatCredits(creditsCharged)] : []),
    timeWords(state),
  ].join('  ')
}

/** How many have to be through before the others can be guessed from them. */
const enoughToGuess = 3

const timeWords = ({ elapsedMs, total, ended, worked }: BoardState): string => {
  if (worked < enoughToGuess || ended === total) return formatDuration(elapsedMs)
  const leftMs = ((total - ended) * elapsedMs) / worked
  return `${formatDuration(elapsedMs)}, about ${formatDuration(leftMs)} left`
}

/** A span of time for people: `m:ss`, or `h:mm:ss`. */
export const formatDuration = (ms: number): string => {
  const seconds = Math.round(ms / 1_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

const bar = (fraction: number, width: number): string => {
  const done = Math.round(Math.min(1, fraction) * width)
  return `${'█'.repeat(done)}${'░'.repeat(width - done)}`
}
