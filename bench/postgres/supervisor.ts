import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { handOver, serverAccount } from '../../test/support/postgres/account.ts'
import { execute } from '../../test/support/postgres/execute.ts'
import { findInstallation } from '../../test/support/postgres/installation.ts'
import { freePort } from '../comparison/free-port.ts'

/*
 * A process of its own, started by server.ts: runs a PostgreSQL until it is told to end, or the process that started it is gone,
 * and leaves nothing behind. Unlike the server of the tests it is as PostgreSQL comes, because its speed is what is measured.
 */

/** The server does not start. The message holds what it said. */
class NoPostgres extends Error {
  constructor(output: string) {
    super(`PostgreSQL does not start: ${output}`)
    this.name = 'NoPostgres'
  }
}

const superuser = 'postgres'

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

/** Only where it listens: what it does with the data are its own defaults. */
const postgresArguments = (data: string, port: number): string[] => [
  '-D',
  data,
  '-p',
  String(port),
  '-c',
  'listen_addresses=127.0.0.1',
  '-c',
  'unix_socket_directories=',
]

const runCluster = async (folder: string, signal: AbortSignal): Promise<void> => {
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  const account = await serverAccount()
  const programs = await findInstallation(folder, account)
  if (account !== null) await handOver([folder], account)
  const run = (program: string, args: readonly string[]) =>
    execute(join(programs, program), args, { folder, account, signal })
  const initialised = await run('initdb', initdbArguments(data)).ended
  if (initialised.code !== 0) throw new NoPostgres(initialised.output)
  const port = await freePort()
  const server = run('postgres', postgresArguments(data, port))
  if (!(await server.writes('ready to accept connections'))) throw new NoPostgres((await server.ended).output)
  const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
  process.send?.({ url: `postgres://${superuser}@127.0.0.1:${port}/postgres`, pid: Number(pid) })
  await server.ended
}

const stopping = new AbortController()
for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(event, () => stopping.abort())

const folder = await mkdtemp(join(tmpdir(), 'bench-postgres-'))
try {
  await runCluster(folder, stopping.signal)
} catch (error) {
  if (!stopping.signal.aborted) throw error
} finally {
  await rm(folder, { recursive: true, force: true })
  if (process.connected) process.disconnect()
}
