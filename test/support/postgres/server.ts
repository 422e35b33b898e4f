import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const supervisorFile = fileURLToPath(new URL('supervisor.ts', import.meta.url))

/** A PostgreSQL server of our own on loopback. Disposing of it stops it and removes all that it wrote. */
export interface PostgresServer extends AsyncDisposable {
  /** Of its database `postgres`, as a superuser, without a password. */
  readonly url: string
}

/**
 * Starts a server that lives as long as this process at most, whichever way this process ends.
 *
 * The server belongs to a supervisor, which stops it when the pipe from this process closes: the kernel closes it even
 * after SIGKILL, when no exit hook of ours runs.
 *
 * @returns as soon as the server takes connections; why it does not start stands in the standard error
 */
export const startPostgres = async (): Promise<PostgresServer> => {
  const supervisor = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', supervisorFile], {
    // In a process group of its own, because Ctrl-C would end the supervisor before it could stop the server.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(supervisor, 'close')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: supervisor.stdout }).once('line', resolve)
    ended.then(() => reject(new TypeError('PostgreSQL did not start; the standard error says why.')), reject)
  })
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      supervisor.stdin.end()
      await ended
    },
  }
}
