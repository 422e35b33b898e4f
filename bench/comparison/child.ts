import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A Node process that was started here. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** The next message it sends. */
  hear(): Promise<unknown>
  /** Sends a message, and waits for the next one that comes back. */
  ask(message: object): Promise<unknown>
  /** Whether it has ended by itself. */
  readonly hasEnded: boolean
}

interface ChildOptions {
  /** Seen from the project's root. */
  readonly folder: string
  readonly script: readonly string[]
  readonly environment: Record<string, string>
  /** null: any. */
  readonly core: number | null
}

/** A process ended before its time. */
export class ChildEnded extends Error {
  constructor(script: readonly string[], words: string) {
    super(`«${script.join(' ')}» ended: ${words}`)
    this.name = 'ChildEnded'
  }
}

const root = new URL('../../', import.meta.url)
/** What a server may take to stop. Nothing that it could lose is of worth here, but for its profile. */
const graceMs = 10_000
const keptWords = 2_000

/** Starts Node on its core. What it logs goes to /dev/null; what it says on stderr is kept for the error. */
export const startChild = ({ folder, script, environment, core }: ChildOptions): Child => {
  const command = [process.execPath, ...script]
  const [file = '', ...args] = core === null ? command : ['taskset', '--cpu-list', String(core), ...command]
  const child = spawn(file, args, {
    cwd: fileURLToPath(new URL(folder, root)),
    env: { NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let words = ''
  child.stderr?.on('data', (chunk) => {
    words = (words + String(chunk)).slice(-keptWords)
  })
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new ChildEnded(script, words)))
  })
  ended.catch(() => undefined)
  const hear = async (): Promise<unknown> => {
    const messages: unknown[] = await Promise.race([once(child, 'message'), ended])
    return messages[0]
  }
  return {
    pid: child.pid ?? 0,
    hear,
    ask: (message) => {
      const answer = hear()
      child.send(message)
      return answer
    },
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null
    },
    [Symbol.asyncDispose]: () => stop(child),
  }
}

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  child.kill('SIGTERM')
  await exited
  clearTimeout(timer)
}
