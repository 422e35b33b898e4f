import { type Socket, connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openPostgres } from '../../src/ledger/postgres.ts'
import { aJob, aSubmission } from '../support/builders.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { openReplica } from './databases.ts'

/** A way to the server on which nothing comes through for a while, as behind a network that forgot a connection. */
interface SilentWay extends AsyncDisposable {
  readonly url: string
  /** Holds what is sent on the connections of this moment, until it is let through. New ones are not held. */
  silence(): void
  letThrough(): void
  /** How many connections were ever made. */
  readonly made: () => number
}

const openSilentWay = async (serverUrl: string): Promise<SilentWay> => {
  const { hostname, port } = new URL(serverUrl)
  const held = new Map<Socket, Buffer[]>()
  const open = new Set<Socket>()
  let made = 0
  const proxy = createServer((client) => {
    made += 1
    open.add(client)
    const server = connect(Number(port), hostname)
    client.on('data', (data) => void (held.get(client)?.push(data) ?? server.write(data)))
    server.on('data', (data) => void client.write(data))
    client.on('resume-held', () => {
      for (const data of held.get(client) ?? []) server.write(data)
      held.delete(client)
    })
    client.on('error', () => undefined).on('close', () => open.delete(client))
    // What was written before the client left still reaches the server.
    server.on('error', () => undefined).on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const address = proxy.address()
  const url = new URL(serverUrl)
  url.port = String(typeof address === 'object' ? address?.port : '')
  return {
    url: url.href,
    made: () => made,
    silence: () => {
      for (const client of open) held.set(client, [])
    },
    letThrough: () => {
      for (const client of held.keys()) client.emit('resume-held')
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of open) client.destroy()
      await new Promise<void>((resolve) => void proxy.close(() => resolve()))
    },
  }
}

/** A ledger that reaches its database by such a way, and gives up soon. */
const setUp = async () => {
  const server = await createTestDatabase()
  const way = await openSilentWay(server.url)
  const database = openPostgres({ url: way.url, onConnectionLost: () => undefined, answerTimeoutMs: 300 })
  await migrate(database)
  let closed: Promise<void> | null = null
  const close = (): Promise<void> => (closed ??= database.close())
  return {
    server,
    way,
    database: { ...database, close },
    ledger: createLedger(database, createHub()),
    [Symbol.asyncDispose]: async () => {
      await close()
      await way[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('a connection to PostgreSQL that has gone silent', () => {
  test('is used no more, so that nothing that is recorded later stands in a transaction left open on it', async () => {
    await using opened = await setUp()
    const { ledger, way, server } = opened
    const first = await ledger.begin(aSubmission({ idempotencyKey: 'order-1' }))
    way.silence()
    await expect(ledger.accept(first.id, aJob(), null)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
    way.letThrough()
    await ledger.begin(aSubmission({ idempotencyKey: 'order-2' }))
    await using elsewhere = { ...openReplica(server.url), [Symbol.asyncDispose]: () => elsewhere.close() }
    const seen = await createLedger(elsewhere, createHub()).findSubmissionByKey('tenant-1', 'order-2')
    expect(seen).toMatchObject({ idempotencyKey: 'order-2' })
  })

  test('does not keep a paid job from being recorded on another one', async () => {
    await using opened = await setUp()
    const { ledger, way } = opened
    const { id } = await ledger.begin(aSubmission())
    const before = way.made()
    way.silence()
    await expect(ledger.accept(id, aJob(), null)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
    expect(await ledger.accept(id, aJob(), null)).toMatchObject({ id: 'job-1' })
    expect(way.made()).toBe(before + 1)
  })

  test('does not hold up the end of the program for ever', async () => {
    await using opened = await setUp()
    opened.way.silence()
    await expect(opened.database.close()).resolves.toBeUndefined()
  })
})
