import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerAccount } from './account.ts'

/** A program of PostgreSQL's at work. */
export interface Execution {
  /** Resolves with whether the text has been written, at the latest when the program has ended. */
  writes(text: string): Promise<boolean>
  /** Resolves when the program and all its children have ended, with the exit code (null after a signal). */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
}

/** Where, as whom and until when a program runs. */
export interface ExecutionOptions {
  readonly folder: string
  /** Null for our own account. */
  readonly account: ServerAccount | null
  readonly signal: AbortSignal
}

/** Starts a program, unless the signal has been given already. */
export const execute = (command: string, args: readonly string[], options: ExecutionOptions): Execution => {
  const { folder, account, signal } = options
  signal.throwIfAborted()
  const child = spawn(command, [...args], {
    ...account,
    cwd: folder,
    // Not our own environment: the messages are to be in English, whatever the language of the machine.
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // PostgreSQL's immediate shutdown: without waiting for clients, without writing anything more.
  const stop = (): void => void child.kill('SIGQUIT')
  signal.addEventListener('abort', stop)
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = once(child, 'close').then(() => {
    signal.removeEventListener('abort', stop)
    return { code: child.exitCode, output }
  })
  return {
    ended,
    writes: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!output.includes(text)) return
          child.stderr.off('data', look)
          resolve(true)
        }
        child.stderr.on('data', look)
        ended.then(() => resolve(output.includes(text)), reject)
      }),
  }
}
