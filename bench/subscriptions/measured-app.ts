import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** What a process takes, in bytes. */
export interface Memory {
  readonly rss: number
  /** After a collection. */
  readonly heapUsed: number
}

/** The app in a process of its own. */
export interface MeasuredApp extends AsyncDisposable {
  readonly url: string
  memory(): Promise<Memory>
}

const started = z.object({ url: z.string() })
const memory = z.object({ rss: z.number(), heapUsed: z.number() })

/** Starts the app with these settings. */
export const startMeasuredApp = async (settings: Record<string, string>): Promise<MeasuredApp> => {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ask = (message: string | Record<string, string>): Promise<unknown> => {
    const answer = new Promise<unknown>((resolve) => {
      child.once('message', resolve)
    })
    child.send(message)
    return answer
  }
  const { url } = started.parse(await ask(settings))
  return {
    url,
    memory: async () => memory.parse(await ask('memory')),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
