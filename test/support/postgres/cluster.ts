import { createServer } from 'node:net'
import { join } from 'node:path'
import { handOver, serverAccount } from './account.ts'
import { type Execution, execute } from './execute.ts'
import type { Folders } from './folders.ts'
import { findInstallation } from './installation.ts'

const superuser = 'postgres'
const maxStarts = 5

/** For tests: quick rather than safe, since nobody needs the data after a crash. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '16MB',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '64MB',
  // Databases live for seconds: there is nothing worth cleaning up.
  autovacuum: 'off',
  // Leaves out the errors of statements, which tests provoke on purpose; «ready» is a line of this level.
  log_min_messages: 'log',
  log_checkpoints: 'off',
}

/** Where a cluster lives, until when, and who is told of it. */
export interface ClusterOptions {
  /** Both empty. They are handed over to the account that the server runs as. */
  readonly folders: Folders
  /** Stops the server at once, at whatever stage it is. */
  readonly signal: AbortSignal
  /** Called once, when the server takes connections, with the URL of its database `postgres`. */
  readonly ready: (url: string) => void
}

/**
 * Runs a server with a new cluster until it ends.
 *
 * @returns after the last of its processes has ended; rejects when it does not start, or is stopped before
 */
export const runCluster = async ({ folders, signal, ready }: ClusterOptions): Promise<void> => {
  const account = await serverAccount()
  const programs = await findInstallation(folders.main, account)
  if (account !== null) await handOver([folders.main, folders.data], account)
  const run = (program: string, args: readonly string[]): Execution =>
    execute(join(programs, program), args, { folder: folders.main, account, signal })
  await initialise(run('initdb', initdbArguments(folders.data)))
  for (let start = 1; ; start += 1) {
    const port = await findFreePort()
    const server = run('postgres', postgresArguments(folders.data, port))
    if (await server.writes('ready to accept connections')) {
      ready(`postgres://${superuser}@127.0.0.1:${port}/postgres`)
      await server.ended
      return
    }
    signal.throwIfAborted()
    // Someone else may have taken the port in the meantime.
    if (start === maxStarts) throw new TypeError(`PostgreSQL does not start: ${(await server.ended).output}`)
  }
}

const initialise = async (initdb: Execution): Promise<void> => {
  const { code, output } = await initdb.ended
  if (code !== 0) throw new TypeError(`initdb ended with ${code}: ${output}`)
}

const initdbArguments = (data: string): string[] => [
  `--pgdata=${data}`,
  `--username=${superuser}`,
  '--auth=trust',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-sync',
  '--no-instructions',
]

const postgresArguments = (data: string, port: number): string[] => [
  '-D',
  data,
  '-p',
  String(port),
  ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]

const findFreePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
