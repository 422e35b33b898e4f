import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { createHub } from '../../src/events/hub.ts'
import { listenForNotices } from '../../src/ledger/postgres-notices.ts'
import { aJob, aSubmission } from '../support/builders.ts'
import { type TestDatabase, createTestDatabase } from '../support/postgres/database.ts'
import { hear, hearSubmission, isComplete, openReplica } from './replicas.ts'

describe('the connection for notices', () => {
  const connectionsTo = async (server: TestDatabase): Promise<number> => {
    const [row] = await server.query(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and application_name like 'magic-hour-graphql%'`,
    )
    return Number(row?.['count'])
  }

  test('is made again when it breaks, and what was missed is caught up', async () => {
    await using server = await createTestDatabase()
    await using here = await openReplica({ DATABASE_URL: server.url })
    await using there = await openReplica({ DATABASE_URL: server.url })
    const { id } = await here.ledger.begin(aSubmission())
    await here.ledger.adopt(aJob('QUEUED'), null)
    const heard = [hear(there.hub, ({ revision }) => revision === 1), hearSubmission(there.hub, id)]
    await server.terminateConnections()
    await server.query(`update jobs set revision = 1, status = 'RENDERING'`)
    await server.query(`update submissions set state = 'UNKNOWN'`)
    await Promise.all(heard)
    const later = hear(there.hub, isComplete)
    await here.ledger.update(aJob('COMPLETE', { revision: 2 }), null)
    expect((await later).at(-1)).toEqual(aJob('COMPLETE', { revision: 2 }))
  })

  test('is gone with all others when the storage is closed', async () => {
    await using server = await createTestDatabase()
    const storage = await openReplica({ DATABASE_URL: server.url })
    await storage.ledger.findAnywhere('job-1')
    expect(await connectionsTo(server)).toBeGreaterThan(1)
    await storage.close()
    await expect.poll(() => connectionsTo(server)).toBe(0)
  })

  test('is gone also when it is closed while a new one is being made', async () => {
    await using server = await createTestDatabase()
    const closed = Promise.withResolvers<void>()
    const notices = await listenForNotices({
      url: server.url,
      // The pause is over at once, and the program ends while the new connection is on its way.
      clock: {
        sleep: () => {
          setImmediate(() => void notices.close().then(closed.resolve, closed.reject))
          return Promise.resolve()
        },
      },
      ledger: { find: () => Promise.resolve([]) },
      listener: createHub(),
      onListening: () => undefined,
      onLost: () => undefined,
    })
    await server.terminateConnections()
    await closed.promise
    await expect.poll(() => connectionsTo(server)).toBe(0)
  })

  test('tells a state that has to be read first before the next one', async () => {
    await using server = await createTestDatabase()
    await using storage = await openReplica({ DATABASE_URL: server.url })
    const hub = createHub()
    const [reading, read] = [Promise.withResolvers<void>(), Promise.withResolvers<Job[]>()]
    const notices = await listenForNotices({
      url: server.url,
      clock: { sleep: () => Promise.resolve() },
      ledger: {
        find: () => {
          reading.resolve()
          return read.promise
        },
      },
      listener: hub,
      onListening: () => undefined,
      onLost: () => undefined,
    })
    await storage.ledger.adopt(aJob('QUEUED'), null)
    const [heard, there] = [hear(hub, isComplete), hear(storage.hub, isComplete)]
    const long = aJob('RENDERING', { revision: 1, name: 'x'.repeat(8_000) })
    await storage.ledger.update(long, null)
    await reading.promise
    await storage.ledger.update(aJob('COMPLETE', { revision: 2 }), null)
    await there
    read.resolve([long])
    expect((await heard).map(({ revision }) => revision)).toEqual([1, 2])
    await notices.close()
  })

  test('that cannot be made at first is an error', async () => {
    await using server = await createTestDatabase()
    await server.setReachable(false)
    await expect(openReplica({ DATABASE_URL: server.url })).rejects.toThrow('not currently accepting connections')
    await server.setReachable(true)
    expect(await connectionsTo(server)).toBe(0)
  })
})
