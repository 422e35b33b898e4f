import type { TextOutput } from './io.ts'

/** Tells a person how far a run is. */
export interface Progress {
  /** The run has come to its next step. The same step again says nothing new. */
  readonly step: (text: string) => void
  /** How much of the step is done, 0 to 1. Shown on a terminal only. */
  readonly advance: (fraction: number) => void
  /** A line that stays. */
  readonly note: (text: string) => void
  /** Ends the live line. */
  readonly end: () => void
}

/**
 * Progress as one line, rewritten in place, on a terminal; as one plain line a step elsewhere.
 *
 * @param terminal the value of TERM; `dumb` ones cannot rewrite a line
 */
export const createProgress = (output: TextOutput, terminal: string | undefined): Progress =>
  output.isTTY === true && terminal !== 'dumb' ? liveProgress(output) : plainProgress(output)

const plainProgress = (output: TextOutput): Progress => {
  let current = ''
  return {
    step: (text) => {
      if (text !== current) output.write(`${text}\n`)
      current = text
    },
    advance: () => {},
    note: (text) => output.write(`${text}\n`),
    end: () => {},
  }
}

const eraseLine = '\r\u001B[2K'
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100
const barWidth = 16

const liveProgress = (output: TextOutput): Progress => {
  const startedAtMs = performance.now()
  let current = ''
  let fraction: number | null = null
  let frame = 0
  const draw = (): void => {
    if (current === '') return
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1)
    const parts = [
      frames[frame % frames.length],
      current,
      ...(fraction === null ? [] : [bar(fraction)]),
      `${seconds} s`,
    ]
    // A line that wraps could not be erased again.
    output.write(`${eraseLine}${parts.join('  ').slice(0, (output.columns ?? 80) - 1)}`)
  }
  const timer = setInterval(() => {
    frame += 1
    draw()
  }, frameMs).unref()

  return {
    step: (text) => {
      if (text !== current) fraction = null
      current = text
      draw()
    },
    advance: (done) => {
      fraction = done
    },
    note: (text) => {
      output.write(`${eraseLine}${text}\n`)
      draw()
    },
    end: () => {
      clearInterval(timer)
      if (current !== '') output.write(eraseLine)
      current = ''
    },
  }
}

const bar = (fraction: number): string => {
  const done = Math.round(Math.min(1, fraction) * barWidth)
  return `${'█'.repeat(done)}${'░'.repeat(barWidth - done)}  ${Math.floor(Math.min(1, fraction) * 100)} %`
}
