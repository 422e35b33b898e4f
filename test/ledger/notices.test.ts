import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { Secret } from '../../src/domain/secret.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'
import { aJob, aSubmission } from '../support/builders.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { temporaryFolder } from './databases.ts'
import { hear, hearSubmission, isComplete, openReplica } from './replicas.ts'

const openSqliteReplica = async () => {
  const folder = await temporaryFolder()
  const storage = await openReplica({ DATA_DIR: folder.path })
  return {
    here: storage,
    there: storage,
    [Symbol.asyncDispose]: async () => {
      await storage.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
const openTwoReplicas = async () => {
  const server = await createTestDatabase()
  const [here, there] = [
    await openReplica({ DATABASE_URL: server.url }),
    await openReplica({ DATABASE_URL: server.url }),
  ]
  return {
    here,
    there,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([here.close(), there.close()])
      await server[Symbol.asyncDispose]()
    },
  }
}

/** A job whose row is far too long for a notice. */
const aLongJob = (revision: number): Job => {
  const job = aJob('CANCELED', { revision, name: 'Ω'.repeat(5_000) })
  return { ...job, status: 'RENDERING', finishedAt: null }
}

describe.each([
  { name: 'SQLite, to the process itself', open: openSqliteReplica },
  { name: 'PostgreSQL, to another replica', open: openTwoReplicas },
])('a change is told on $name', ({ open }) => {
  test('whole, in order, each once', async () => {
    await using replicas = await open()
    const { here, there } = replicas
    await here.ledger.adopt(aJob('QUEUED'), null)
    const heard = hear(there.hub, isComplete)
    const changes = [aJob('RENDERING', { revision: 1 }), aJob('RENDERING', { revision: 2, name: 'Täßchen 🫖' })]
    const all = [...changes, aJob('COMPLETE', { revision: 3, lookedUpAt: new Date(1), frameCost: 1, imageCount: 1 })]
    for (const job of all) await here.ledger.update(job, null)
    expect(await heard).toEqual(all)
  })

  test('also when the row is too long for a notice, and never after the next change', async () => {
    await using replicas = await open()
    const { here, there } = replicas
    await here.ledger.adopt(aJob('QUEUED'), null)
    const heard = hear(there.hub, isComplete)
    const long = [aLongJob(1), aLongJob(2)]
    for (const job of long) await here.ledger.update(job, null)
    await here.ledger.update(aJob('COMPLETE', { revision: 3 }), null)
    const revisions = (await heard).map(({ revision }) => revision)
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
  })

  test('of a long row, whole', async () => {
    await using replicas = await open()
    await replicas.here.ledger.adopt(aJob('QUEUED'), null)
    const heard = hear(replicas.there.hub, () => true)
    await replicas.here.ledger.update(aLongJob(1), null)
    expect(await heard).toEqual([aLongJob(1)])
  })

  test('when a submission is answered, doubted or gone', async () => {
    await using replicas = await open()
    const { ledger } = replicas.here
    const changes = {
      accept: (id: string) => ledger.accept(id, aJob(), null),
      doubt: (id: string) => ledger.doubt(id),
      doubtExpired: () => ledger.doubtExpired(new Date('2027-01-01')),
      discard: (id: string) => ledger.discard(id),
    }
    for (const change of Object.values(changes)) {
      const { id } = await ledger.begin(aSubmission())
      const heard = hearSubmission(replicas.there.hub, id)
      await change(id)
      await heard
      expect((await replicas.there.ledger.findSubmission(id))?.outcome.state).not.toBe('SENDING')
    }
  })
})

describe('a signed link', () => {
  const [apiKey, url] = [new Secret('mhk_live_secret'), 'https://storage.example/result.png?X-Signature=abc123']

  test('stands neither in a row nor in a notice, and neither does the API key', async () => {
    await using server = await createTestDatabase()
    await using storage = await openReplica({ DATABASE_URL: server.url })
    const listener = new Client(server.url)
    const seen: string[] = []
    await listener.connect()
    listener.on('notification', ({ payload = '' }) => seen.push(payload))
    for (const channel of ['jobs', 'submissions']) await listener.query(`listen magic_hour_graphql_${channel}`)
    await storage.ledger.accept((await storage.ledger.begin(aSubmission())).id, aJob(), null)
    const sealedUrl = linkSeal.seal(apiKey, url)
    const job: Job = {
      ...aJob('CANCELED', { revision: 1 }),
      status: 'COMPLETE',
      finishedAt: new Date(1),
      downloads: [],
    }
    await storage.ledger.update({ ...job, downloads: [{ sealedUrl, expiresAt: new Date(1) }] }, null)
    await listener.query('select 1')
    await listener.end()
    for (const table of ['submissions', 'jobs', 'kept_events'])
      seen.push(JSON.stringify(await server.query(`select * from ${table}`)))
    const everything = seen.join('\n')
    expect(everything.split(sealedUrl)).toHaveLength(3)
    for (const secret of [url, 'storage.example', 'X-Signature', 'abc123', 'mhk_live'])
      expect(everything).not.toContain(secret)
    expect(linkSeal.open(apiKey, sealedUrl)).toBe(url)
  })
})
