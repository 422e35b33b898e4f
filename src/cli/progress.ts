import type { TextOutput } from './io.ts'
import { formatBytes, printable } from './text.ts'

/** Tells a person how far a run is. */
export interface Progress {
  /** The run has come to its next step. The same step again says nothing new. */
  readonly step: (text: string) => void
  /** The next step is to move a file of this size. */
  readonly transfer: (verb: string, file: { readonly name: string; readonly bytes: number }) => void
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
  canRewrite(output, terminal) ? liveProgress(output) : plainProgress(output)

/** Whether lines can be rewritten there: on a terminal that is no `dumb` one. */
export const canRewrite = ({ isTTY }: TextOutput, terminal: string | undefined): boolean =>
  isTTY === true && terminal !== 'dumb'

const transferStep: (...[verb, file]: Parameters<Progress['transfer']>) => string = (verb, { name, bytes }) =>
  `${verb} ${printable(name, 40)} (${formatBytes(bytes)})`

const plainProgress = (output: TextOutput): Progress => {
  let current = ''
  const step = (text: string): void => {
    if (text !== current) output.write(`${text}\n`)
    current = text
  }
  return {
    step,
    transfer: (verb, file) => step(transferStep(verb, file)),
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

  const step = (text: string): void => {
    if (text !== current) fraction = null
    current = text
    draw()
  }
  return {
    step,
    transfer: (verb, file) => step(transferStep(verb, file)),
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
