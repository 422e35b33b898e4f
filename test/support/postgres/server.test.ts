import { existsSync } from 'node:fs'
import { access, chmod, mkdtemp, readdir, realpath, rm, rmdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { type Program, startProgram } from '../../cli/program.ts'
import { copyInstallation, runs } from './installation.ts'
import { startPostgres } from './server.ts'

const serverModule = JSON.stringify(new URL('server.ts', import.meta.url))
const holdServer = `
  import { startPostgres } from ${serverModule}
  const { url } = await startPostgres()
  process.stdout.write(url + '\\n')
`

/** A process that holds a server whose files are below the folder. It has ended when all that it started has ended. */
const startHolder = (folder: string): Program =>
  startProgram(process.execPath, ['--input-type=module', '--eval', holdServer], { env: { TMPDIR: folder } })

/** An empty folder that each account may enter. Disposing of it fails when something is left in it. */
const emptyFolder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'server-test-'))
  await chmod(path, 0o755)
  return { path, [Symbol.asyncDispose]: () => rmdir(path) }
}

/** Resolves as soon as the one server below the folder has begun to write its cluster, with where it does. */
const clusterBelow = (folder: string): Promise<string> =>
  vi.waitFor(
    async () => {
      const [server = ''] = await readdir(folder)
      await access(join(folder, server, 'data', 'base'))
      return await realpath(join(folder, server, 'data'))
    },
    { timeout: 15_000, interval: 10 },
  )

const connectionError = (url: string): Promise<unknown> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.on('error', resolve)
    socket.on('connect', () => socket.destroy())
    socket.on('close', () => resolve(null))
  })

describe.concurrent('server', () => {
  test('a server takes connections until it is disposed of', async () => {
    const server = await startPostgres()
    await expect(connectionError(server.url)).resolves.toBeNull()
    await server[Symbol.asyncDispose]()
    await expect(connectionError(server.url)).resolves.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('a server and its files do not outlive a process that is killed', async () => {
    await using folder = await emptyFolder()
    await using holder = startHolder(folder.path)
    const url = await holder.waitFor(/postgres:.+/)
    const cluster = await clusterBelow(folder.path)
    await expect(connectionError(url)).resolves.toBeNull()
    holder.process.kill('SIGKILL')
    await holder.ended
    await expect(connectionError(url)).resolves.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(readdir(folder.path)).resolves.toStrictEqual([])
    expect(existsSync(cluster)).toBe(false)
  })

  test('a server that is still being set up when the process is killed leaves nothing either', async () => {
    await using folder = await emptyFolder()
    await using holder = startHolder(folder.path)
    const cluster = await clusterBelow(folder.path)
    holder.process.kill('SIGKILL')
    await holder.ended
    await expect(readdir(folder.path)).resolves.toStrictEqual([])
    expect(existsSync(cluster)).toBe(false)
  })

  test('a copy of the programs runs, for an account that may not enter the project', async () => {
    await using folder = await emptyFolder()
    const programs = await copyInstallation(folder.path)
    await expect(runs(join(programs, 'postgres'), null)).resolves.toBe(true)
    await rm(join(folder.path, 'native'), { recursive: true })
  })
})
