import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Candidate } from './candidates.ts'
import { type Child, ChildEnded, startChild } from './child.ts'
import type { Rig } from './rig.ts'

/** A candidate's process that listens. */
export interface Subject extends AsyncDisposable {
  readonly candidate: Candidate
  readonly process: Child
  /** The process that makes the load, and the port that it is told. */
  readonly load: Child
  readonly port: number
}

const startLimitMs = 30_000

/** Starts a candidate afresh, with an empty folder for its data. */
export const startSubject = async (candidate: Candidate, rig: Rig): Promise<Subject> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-'))
  const isServer = candidate.kind === 'server'
  const port = isServer ? await freePort() : rig.stubPort
  const upstreamUrl = `http://127.0.0.1:${rig.stubPort}`
  const process = startChild({
    ...candidate,
    environment: {
      PORT: String(port),
      HOST: '127.0.0.1',
      UPSTREAM_URL: upstreamUrl,
      ...candidate.settings({ upstreamUrl, dataDir }),
    },
    core: rig.pinned?.server ?? null,
  })
  const end = async (): Promise<void> => {
    await process[Symbol.asyncDispose]()
    await rm(dataDir, { recursive: true, force: true })
  }
  if (isServer) {
    await listening(process, candidate, port).catch(async (error: unknown) => {
      await end()
      throw error
    })
  }
  return { candidate, process, load: isServer ? rig.load : process, port, [Symbol.asyncDispose]: end }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

const listening = async (child: Child, { script }: Candidate, port: number): Promise<void> => {
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
