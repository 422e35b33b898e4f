import { connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { aJob, aSubmission } from '../support/builders.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { openReplica } from './databases.ts'

/** A way to the server that breaks at the worst moment: the server has done a statement, and its answer never comes. */
interface BreakingWay extends AsyncDisposable {
  readonly url: string
  /** Lets no answer through any more once such a statement is sent, and breaks as soon as the server has given one like this. */
  breakAfter(statement: string, answer?: string): void
  /** Breaks as soon as such a statement is sent, which never comes to the server. */
  breakBefore(statement: string): void
}

const openBreakingWay = async (serverUrl: string): Promise<BreakingWay> => {
  const { hostname, port } = new URL(serverUrl)
  let fatal: string | null = null
  let last: string | null = null
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    let isBroken = false
    client.on('data', (data) => {
      if (fatal !== null && data.toString('latin1').includes(fatal)) {
        isBroken = true
        fatal = null
        if (last === null) return client.destroy()
      }
      return server.write(data)
    })
    server.on('data', (data) => {
      if (!isBroken) client.write(data)
      else if (last !== null && data.toString('latin1').includes(last)) client.destroy()
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on('error', () => undefined).on('close', () => other.destroy())
  })
  const url = new URL(serverUrl)
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const address = proxy.address()
  url.port = String(typeof address === 'object' ? address?.port : '')
  return {
    url: url.href,
    breakAfter: (statement, answer = '') => {
      fatal = statement
      last = answer
    },
    breakBefore: (statement) => {
      fatal = statement
      last = null
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => void proxy.close(() => resolve())),
  }
}

const setUp = async () => {
  const server = await createTestDatabase()
  const way = await openBreakingWay(server.url)
  const database = openReplica(way.url)
  await migrate(database)
  return {
    ledger: createLedger(database, createHub()),
    breakAfter: (statement: string, answer?: string): void => way.breakAfter(statement, answer),
    breakBefore: (statement: string): void => way.breakBefore(statement),
    [Symbol.asyncDispose]: async () => {
      await database.close()
      await way[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const unavailable = { code: 'LEDGER_UNAVAILABLE' }

/*
 * A connection that breaks while it is used tells so twice, to the statement and by an event; one that nobody hears would end the
 * process, and this run with it.
 */
describe('a connection that breaks before the answer comes', () => {
  test('to a paid job leaves it recorded, and recording it again changes nothing', async () => {
    await using broken = await setUp()
    const intent = await broken.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))
    broken.breakAfter('insert into "jobs"', 'SELECT')
    await expect(broken.ledger.accept(intent.id, aJob(), null)).rejects.toMatchObject(unavailable)
    expect(await broken.ledger.findAnywhere('job-1')).toEqual([aJob()])
    await broken.ledger.update(aJob('RENDERING', { revision: 1 }), null)
    expect(await broken.ledger.accept(intent.id, aJob(), null)).toEqual(aJob('RENDERING', { revision: 1 }))
  })

  test('to an intent leaves the key bound to it, so that nobody sends in the belief that it is theirs', async () => {
    await using broken = await setUp()
    const intent = aSubmission({ idempotencyKey: 'order-7' })
    broken.breakAfter('insert into "submissions"')
    await expect(broken.ledger.begin(intent)).rejects.toMatchObject(unavailable)
    expect(await broken.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))).toEqual(intent)
  })

  test('to a change leaves it stored, and the same change again is refused', async () => {
    await using broken = await setUp()
    await broken.ledger.adopt(aJob(), null)
    const next = aJob('COMPLETE', { revision: 1 })
    broken.breakAfter('update "jobs"')
    await expect(broken.ledger.update(next, null)).rejects.toMatchObject(unavailable)
    expect(await broken.ledger.update(next, null)).toBe(false)
    expect(await broken.ledger.findAnywhere('job-1')).toEqual([next])
  })
})

describe('a connection that breaks before a statement comes to the database', () => {
  test('leaves a paid job that is recorded when it is tried again, and nothing half recorded', async () => {
    await using broken = await setUp()
    const intent = await broken.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))
    const recorded = async () => [
      (await broken.ledger.findSubmission(intent.id))?.outcome.state,
      (await broken.ledger.findAnywhere('job-1')).length,
    ]
    broken.breakBefore('update "submissions"')
    await expect(broken.ledger.accept(intent.id, aJob(), null)).rejects.toMatchObject(unavailable)
    expect(await recorded()).toEqual(['SENDING', 0])
    expect(await broken.ledger.accept(intent.id, aJob(), null)).toEqual(aJob())
    expect(await recorded()).toEqual(['ACCEPTED', 1])
  })
})
