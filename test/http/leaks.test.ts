import { fastify } from 'fastify'
import { describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createFollowJob } from '../../src/domain/follow-job.ts'
import { createHub } from '../../src/events/hub.ts'
import { createContextFactory } from '../../src/graphql/context.ts'
import { createOperations } from '../../src/graphql/operation.ts'
import { createSchema } from '../../src/graphql/schema.ts'
import { registerSse } from '../../src/http/sse.ts'
import { registerWebSocket } from '../../src/http/websocket.ts'
import { aCaller, aJob } from '../support/builders.ts'
import { type OpenClient, transports } from '../support/subscribe.ts'

const job = aJob('RENDERING')
const watch = `subscription { jobUpdated(id: "${job.id}") { status } }`

describe.each(transports)('of 200 subscriptions %s', (_name, open) => {
  test('nothing is left when their clients are gone', async () => {
    await using server = await startServer()
    const clients = await subscribe(server.url, open)
    expect(server.held()).toEqual({ isAwaited: true, watches: 200, ended: 0 })
    for (const client of clients) client[Symbol.dispose]()
    await vi.waitFor(() => expect(server.held()).toEqual({ isAwaited: false, watches: 0, ended: 200 }))
  })

  test('nothing is left when each was ended by its client', async () => {
    await using server = await startServer()
    const clients = await subscribe(server.url, open)
    await Promise.all(clients.flatMap(({ all }) => all.map(async (states) => states.return?.())))
    await vi.waitFor(() => expect(server.held()).toEqual({ isAwaited: false, watches: 0, ended: 200 }))
    for (const client of clients) client[Symbol.dispose]()
  })

  test('nothing is left when the server has stopped', async () => {
    const server = await startServer()
    const clients = await subscribe(server.url, open)
    const ends = Promise.allSettled(clients.flatMap(({ all }) => all.map((states) => states.next())))
    await server[Symbol.asyncDispose]()
    await ends
    await vi.waitFor(() => expect(server.held()).toEqual({ isAwaited: false, watches: 0, ended: 200 }))
  })
})

/** Two clients with a hundred each: more than that one socket does not carry. */
const subscribe = (url: string, open: OpenClient) =>
  Promise.all(
    [open(url), open(url)].map(async (client) => {
      const all = Array.from({ length: 100 }, () => client.iterate(watch))
      await Promise.all(all.map((states) => states.next()))
      return { all, [Symbol.dispose]: () => client[Symbol.dispose]() }
    }),
  )

/** Both transports over one job, and what is held for those who follow it. */
const startServer = async () => {
  const hub = createHub()
  const find = () => Promise.resolve([job])
  let watches = 0
  let ended = 0
  const watchJob = (): (() => void) => {
    watches += 1
    return () => void (watches -= 1)
  }
  const operations = createOperations({
    schema: createSchema(),
    createContext: createContextFactory({
      authenticate: () => aCaller(),
      useCases: {
        ...noOtherUseCases,
        readJobs: find,
        followJob: createFollowJob({
          ledger: { find },
          changes: hub,
          attention: { watch: watchJob },
          readJobs: find,
          clock: systemClock,
          stopping: new AbortController().signal,
        }),
      },
    }),
    log: { info: () => void (ended += 1), error: () => undefined },
    isSandbox: false,
    isStopping: () => false,
  })
  const app = fastify()
  const wsHandler = await registerWebSocket(app, { operations, origins: [] })
  app.route({ method: 'GET', url: '/graphql', handler: () => null, wsHandler })
  registerSse(app, { operations })
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    held: () => ({ isAwaited: hub.isAwaited(job), watches, ended }),
    [Symbol.asyncDispose]: () => app.close(),
  }
}

const unused = () => Promise.reject(new TypeError('nobody asks for this'))
const noOtherUseCases = {
  submitJob: unused,
  deleteJob: unused,
  readDownloads: unused,
  listJobs: unused,
  settleSubmission: { resolve: unused, abandon: unused },
  permanentUrl: () => '',
  createUploads: unused,
  magicHour: { getAccount: unused },
}
