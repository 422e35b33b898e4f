import type { FastifyInstance } from 'fastify'
import { SandboxNotStarted } from './failures.ts'
import { defaultLimits } from './limits.ts'
import type { SandboxLimits } from './limits.ts'
import { createRenderQueue } from './render-queue.ts'
import type { RequestLine } from './request-log.ts'
import { createServer } from './server.ts'
import { createServices, openStorage } from './services.ts'
import type { WebhookTarget } from './webhook-sender.ts'

/** How a sandbox is set up; each has a default. */
export interface SandboxOptions {
  /** TCP port; 0 (default) takes any free one. */
  port: number
  /** Address to listen on. Default: 127.0.0.1, so that only this machine reaches it. */
  host: string
  /** What the links it hands out begin with, without a slash at the end. Default: `http://<host>:<port>`. */
  publicUrl?: string
  /** Median time from create to finished image, in milliseconds; a job takes 75 to 125 % of it. Default: 4 000. */
  renderMs: number
  /** Credits that a new account (key) starts with. Default: 1 000, enough for 200 images. */
  credits: number
  /** Fetches inputs from loopback and private addresses too. For tests only: it opens the network to whoever can create. */
  allowPrivateInputUrls: boolean
  /** What tells the time: statuses, links and inputs follow it. Default: the system's. */
  clock?: { now(): number }
  /** Called once for each request, before its answer leaves. */
  onRequest?: (line: RequestLine) => void
  /** Where the events of all accounts go, and what they are signed with. Default: none are sent. */
  webhooks?: WebhookTarget
}

/** A stand-in for Magic Hour's REST API with its file storage. */
export interface Sandbox {
  /** Base address, without a slash at the end. @throws SandboxNotStarted before `start` */
  readonly url: string
  /** Listens; rejects when the port is taken. Without effect while it runs. */
  start(): Promise<void>
  /** Closes all connections, also hung ones, and deletes all files. Without effect when it does not run. */
  stop(): Promise<void>
}

/**
 * A sandbox that is not running yet. Each start begins empty: no accounts, projects or files.
 *
 * @param limits  how much it takes and keeps; for tests
 */
export const createSandbox = (options: Partial<SandboxOptions> = {}, limits: Partial<SandboxLimits> = {}): Sandbox => {
  const settings = { ...defaultOptions, ...options }
  let running: Promise<RunningSandbox> | null = null
  let url: string | null = null
  return {
    get url() {
      if (url === null) throw new SandboxNotStarted('The sandbox has no address before it is started.')
      return url
    },
    start: async () => {
      running ??= run(settings, { ...defaultLimits, ...limits })
      try {
        url = (await running).url
      } catch (error) {
        running = null
        throw error
      }
    },
    stop: async () => {
      const stopping = running
      running = null
      await (await stopping)?.stop()
    },
  }
}

const defaultOptions: SandboxOptions = {
  port: 0,
  host: '127.0.0.1',
  renderMs: 4_000,
  credits: 1_000,
  allowPrivateInputUrls: false,
}

interface RunningSandbox {
  readonly url: string
  readonly stop: () => Promise<void>
}

const run = async (options: SandboxOptions, limits: SandboxLimits): Promise<RunningSandbox> => {
  const now = (): number => (options.clock ?? Date).now()
  const stopping = new AbortController()
  const queue = createRenderQueue(limits.rendersAtOnce)
  const storage = await openStorage(limits, now)
  const address = { publicUrl: '' }
  const publicUrl = (): string => address.publicUrl
  const services = createServices({ ...options, limits, now, queue, storage, publicUrl, stopping: stopping.signal })
  const app = createServer(services)
  const stop = async (): Promise<void> => {
    stopping.abort()
    await app.close()
    await queue.stop()
    await services.webhooks?.stop()
    await storage.close()
  }
  try {
    const url = await listen(app, options)
    address.publicUrl = options.publicUrl?.replace(/\/$/, '') ?? url
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const listen = async (app: FastifyInstance, { host, port }: SandboxOptions): Promise<string> => {
  await app.listen({ host, port })
  const address = app.server.address()
  const boundPort = address !== null && typeof address === 'object' ? address.port : port
  return `http://${reachable(host)}:${boundPort}`
}

// "All addresses" is none that a client could put into a URL; an IPv6 address goes in brackets.
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
