import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The program's entry, as an absolute path. */
export const entry = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** How a child process is started. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** What a run came to. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A child process that has begun. Disposing of it ends it, if it has not ended by itself. */
export interface Program extends AsyncDisposable {
  readonly process: ChildProcess
  /** Resolves as soon as the text has been written, with what matched; rejects when the program ends without it. */
  waitFor(text: string | RegExp): Promise<string>
  readonly ended: Promise<Ended>
}

/** Starts a program with an environment that holds nothing of ours but what is given. */
export const startProgram = (command: string, args: readonly string[], options: ProgramOptions = {}): Program => {
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], SANDBOX_RENDER_MS: '0', DATA_DIR: 'memory:', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const listener of listeners) listener()
    })
  }
  const ended = once(child, 'close').then((): Ended => ({ code: child.exitCode, ...output }))
  const waitFor = (text: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = matchIn(output.stdout + output.stderr, text)
        if (found === null) return
        listeners.delete(look)
        resolve(found)
      }
      listeners.add(look)
      look()
      void ended.then(({ code, stdout, stderr }) =>
        reject(new Error(`ended with ${code} without «${String(text)}»:\n${stdout}${stderr}`)),
      )
    })
  return {
    process: child,
    waitFor,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const matchIn = (all: string, text: string | RegExp): string | null => {
  if (typeof text === 'string') return all.includes(text) ? text : null
  return text.exec(all)?.[0] ?? null
}
