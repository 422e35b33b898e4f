import { type BoardState, type PhotoRow, boardLines } from './board-lines.ts'
import type { TextOutput } from './io.ts'
import { type Progress, canRewrite } from './progress.ts'
import { printable } from './text.ts'

/** Tells a person how far a run with many photos is. */
export interface Board {
  /** Begins a photo, which has a line of its own until its `end`. */
  readonly photo: (name: string) => Progress
  /** A line that stays. */
  readonly note: (text: string) => void
  /** Ends the live lines. */
  readonly end: () => void
}

interface BoardOptions {
  /** The value of TERM. */
  readonly terminal: string | undefined
  /** The sums, asked for as often as they are shown. */
  readonly sums: () => Omit<BoardState, 'photos' | 'elapsedMs' | 'frame'>
}

/** As live lines on a terminal, one a photo and one for all; elsewhere only what stays is written. */
export const createBoard = (output: TextOutput, { terminal, sums }: BoardOptions): Board =>
  canRewrite(output, terminal) ? liveBoard(output, sums) : plainBoard(output)

const plainBoard = (output: TextOutput): Board => {
  const note = (text: string): void => void output.write(`${text}\n`)
  return {
    photo: (name) => ({
      step: () => {},
      transfer: () => {},
      advance: () => {},
      note: (text) => note(`${printable(name)}: ${text}`),
      end: () => {},
    }),
    note,
    end: () => {},
  }
}

const frameMs = 120

// A line that is longer than it seems (wide characters) is cut by the terminal and does not wrap, so that it can be erased.
const noWrap = '\u001B[?7l'
const wrap = '\u001B[?7h'
const eraseBelow = '\u001B[J'

const liveBoard = (output: TextOutput, sums: BoardOptions['sums']): Board => {
  const startedAtMs = performance.now()
  const rows = new Set<PhotoRow>()
  let frame = 0
  let drawn = 0
  const erase = (): string => `\r${drawn > 1 ? `\u001B[${drawn - 1}A` : ''}${eraseBelow}`
  const draw = (above = ''): void => {
    const state = { ...sums(), photos: [...rows], elapsedMs: performance.now() - startedAtMs, frame }
    const lines = boardLines(state, { columns: output.columns ?? 80, rows: output.rows ?? 24 })
    // In one piece: whoever stops the program in between leaves a terminal that still wraps.
    output.write(`${erase()}${above}${noWrap}${lines.join('\n')}${wrap}`)
    drawn = lines.length
  }
  const timer = setInterval(() => {
    frame += 1
    draw()
  }, frameMs).unref()
  const note = (text: string): void => draw(`${text}\n`)
  return {
    photo: (name) => rowOf(rows, { name, note }),
    note,
    end: () => {
      clearInterval(timer)
      if (drawn > 0) output.write(erase())
      drawn = 0
    },
  }
}

const rowOf = (
  rows: Set<PhotoRow>,
  { name, note }: { readonly name: string; readonly note: Board['note'] },
): Progress => {
  const row: PhotoRow = { name: printable(name), step: '', bytes: null, fraction: null }
  rows.add(row)
  const step = (text: string, bytes: number | null): void => {
    if (text === row.step) return
    Object.assign(row, { step: text, bytes, fraction: null })
  }
  return {
    step: (text) => step(text, null),
    transfer: (verb, { bytes }) => step(verb, bytes),
    advance: (fraction) => {
      row.fraction = fraction
    },
    note: (text) => note(`${row.name}: ${text}`),
    end: () => void rows.delete(row),
  }
}
