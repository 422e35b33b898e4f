import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import type { Candidate } from './candidates.ts'
import { type Child, ChildEnded, startChild } from './child.ts'
import { freePort } from './free-port.ts'
import type { Rig } from './rig.ts'

/** A candidate's process that listens. */
export interface Subject extends AsyncDisposable {
  readonly candidate: Candidate
  readonly process: Child
  /** The process that makes the load, and the port that it is told. */
  readonly load: Child
  readonly port: number
}

/** Starts a candidate afresh, with an empty folder for its data, or a PostgreSQL that is as fresh, on the core of the load. */
export const startSubject = async (candidate: Candidate, rig: Rig): Promise<Subject> => {
  await using resources = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-'))
  resources.defer(() => rm(dataDir, { recursive: true, force: true }))
  const database = candidate.database === 'postgres' ? resources.use(await startPostgres(core(rig, 'load'))) : null
  const upstreamUrl = `http://127.0.0.1:${rig.stubPort}`
  const start: ServerStart = {
    ...candidate,
    environment: { UPSTREAM_URL: upstreamUrl, ...candidate.settings({ upstreamUrl, dataDir }), ...urlOf(database) },
    core: core(rig, 'server'),
  }
  const { process, port } =
    candidate.kind === 'server'
      ? resources.use(await startServer(start))
      : { process: resources.use(startChild(start)), port: rig.stubPort }
  const load = candidate.kind === 'server' ? rig.load : process
  const kept = resources.move()
  return { candidate, process, load, port, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const core = ({ pinned }: Rig, whose: 'server' | 'load'): number | null => pinned?.[whose] ?? null

const urlOf = (database: PostgresServer | null): Record<string, string> =>
  database === null ? {} : { DATABASE_URL: database.url }

/** What a server is started with. */
export interface ServerStart {
  readonly script: readonly string[]
  /** Seen from the project's root. */
  readonly folder: string
  /** Beside `PORT` and `HOST`. */
  readonly environment: Record<string, string>
  /** null: any. */
  readonly core: number | null
}

/** A process that listens on loopback. */
export interface Server extends AsyncDisposable {
  readonly process: Child
  readonly port: number
}

const startLimitMs = 30_000

/**
 * Starts a server on a free port, and waits until it listens.
 *
 * @throws ChildEnded
 */
export const startServer = async (start: ServerStart): Promise<Server> => {
  await using resources = new AsyncDisposableStack()
  const port = await freePort()
  const environment = { PORT: String(port), HOST: '127.0.0.1', ...start.environment }
  const process = resources.use(startChild({ ...start, environment }))
  await listening(process, start, port)
  const kept = resources.move()
  return { process, port, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const listening = async (child: Child, { script }: ServerStart, port: number): Promise<void> => {
  for (const until = performance.now() + startLimitMs; performance.now() < until; await setTimeout(20)) {
    if (child.hasEnded) await child.hear()
    if (await accepts(port)) return
  }
  throw new ChildEnded(script, `it does not listen after ${startLimitMs} ms`)
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
