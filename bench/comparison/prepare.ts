import { spawnSync } from 'node:child_process'
import { readFile, stat, statfs } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, release, tmpdir, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Machine } from './results.ts'

const folder = new URL('../peers/', import.meta.url)

/** What the gateway is compared with could not be installed. */
export class PeersMissing extends Error {
  constructor(command: string) {
    super(
      `\`npm ${command}\` in bench/peers failed; see above. Without the network, what is installed already must do.`,
    )
    this.name = 'PeersMissing'
  }
}

/**
 * Installs what the gateway is compared with, unless it is there already: into bench/peers, from its own lock file.
 *
 * @throws PeersMissing
 */
export const installPeers = async (tell: (words: string) => void): Promise<void> => {
  // npm writes the second file when it has installed what the first one names.
  const [lock, installed] = await Promise.all(
    ['package-lock.json', 'node_modules/.package-lock.json'].map((name) => changedAt(new URL(name, folder))),
  )
  if ((installed ?? 0) < (lock ?? 0)) {
    tell('installing the servers to compare with, once: about 600 MB into bench/peers/node_modules')
    runNpm('ci', '--no-audit', '--no-fund')
  }
  if ((await changedAt(new URL('supergraph.graphql', folder))) === null) {
    tell('composing the schema of GraphQL Mesh from the OpenAPI description')
    runNpm('run', 'compose')
  }
}

const changedAt = async (file: URL): Promise<number | null> => {
  try {
    return (await stat(file)).mtimeMs
  } catch {
    return null
  }
}

const runNpm = (...args: readonly string[]): void => {
  const { status } = spawnSync('npm', [...args], { cwd: fileURLToPath(folder), stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new PeersMissing(args.join(' '))
}

/** Linux's number for a file system in memory (statfs(2)). */
const tmpfsMagic = 0x01_02_19_94

const manifest = z.object({ dependencies: z.record(z.string(), z.string()) })

/** The machine as it is now; to be asked before the load begins. */
export const describeMachine = async (): Promise<Omit<Machine, 'pinned'>> => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  system: `${type()} ${release()}`,
  node: process.versions.node,
  date: new Date().toISOString().slice(0, 10),
  loadBefore: loadavg()[0] ?? 0,
  isLedgerInMemory: (await statfs(tmpdir())).type === tmpfsMagic,
  peers: manifest.parse(JSON.parse(await readFile(new URL('package.json', folder), 'utf8'))).dependencies,
})
