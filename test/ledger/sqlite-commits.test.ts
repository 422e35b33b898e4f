import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openDatabase, openSqlite, toDatabase } from '../../src/ledger/sqlite.ts'
import type { SqliteFiles } from '../../src/ledger/sqlite-files.ts'
import { aJob, aSubmission } from '../support/builders.ts'
import { run, temporaryFolder } from './databases.ts'

/** A database that counts its commits. */
class CountedDatabase extends DatabaseSync {
  commits = 0

  failing: readonly string[] = []

  override exec(sql: string): void {
    if (this.failing.some((words) => sql.startsWith(words))) throw new RangeError('the disk is on fire')
    super.exec(sql)
    if (sql === 'commit') this.commits += 1
  }
}

const setUp = async (files: SqliteFiles | null = null) => {
  const counted = new CountedDatabase(':memory:')
  const database = toDatabase(counted, files)
  await migrate(database)
  counted.commits = 0
  return {
    counted,
    database,
    ledger: createLedger(database, createHub()),
    [Symbol.asyncDispose]: () => database.close(),
  }
}

/** A disk that is as slow as the test wants it. */
const slowDisk = () => {
  const called: PromiseWithResolvers<void>[] = []
  let asked = Promise.withResolvers<void>()
  return {
    files: {
      syncLog: () => {
        const call = Promise.withResolvers<void>()
        called.push(call)
        asked.resolve()
        return call.promise
      },
      syncDatabase: () => Promise.resolve(),
      clearLog: () => Promise.resolve(),
      keepLog: () => undefined,
      close: () => undefined,
    },
    /** Resolves when it is asked to write, with how to answer. */
    nextCall: async (): Promise<PromiseWithResolvers<void>> => {
      await asked.promise
      asked = Promise.withResolvers<void>()
      return called.shift() ?? expect.fail('nothing was asked')
    },
  }
}

/** How many times this thread has written to anything, as Linux counts it. */
const writesOfThread = (): number =>
  Number(/^syscw: (\d+)$/m.exec(readFileSync('/proc/thread-self/io', 'utf8'))?.[1] ?? expect.fail('no count'))

const unavailable = { code: 'LEDGER_UNAVAILABLE' }
const statusOf = ({ status }: PromiseSettledResult<unknown>): string => status

describe('what is written to SQLite at the same moment', () => {
  test('is committed together', async () => {
    await using opened = await setUp()
    const intents = Array.from({ length: 20 }, () => aSubmission())
    await Promise.all(intents.map((intent) => opened.ledger.begin(intent)))
    // On a machine that has other work a turn may be over before all are written.
    expect(opened.counted.commits).toBeLessThan(intents.length / 4)
    const accepts = intents.map(({ id }, n) => opened.ledger.accept(id, aJob('QUEUED', { id: `job-${n}` }), null))
    await Promise.all(accepts)
    expect(opened.counted.commits).toBeLessThan(intents.length / 2)
    for (const { id } of intents)
      expect(await opened.ledger.findSubmission(id)).toMatchObject({ outcome: { state: 'ACCEPTED' } })
  })

  test.runIf(process.platform === 'linux')('takes a few writes for each job, and no temporary files', async () => {
    await using folder = await temporaryFolder()
    const database = openSqlite(folder.path)
    await migrate(database)
    const ledger = createLedger(database, createHub())
    const make = async (): Promise<void> => {
      const intent = await ledger.begin(aSubmission())
      await ledger.accept(intent.id, aJob('QUEUED', { id: `job-${intent.id}` }), null)
    }
    await Promise.all(Array.from({ length: 500 }, make))
    const before = writesOfThread()
    await Promise.all(Array.from({ length: 500 }, make))
    // Two for each page of the log, and the pages of an index are shared by those that come together. With the files it is over 30.
    expect((writesOfThread() - before) / 500).toBeLessThan(15)
    await database.close()
  })

  test('with one that is refused is written all the same, and of the refused one nothing is', async () => {
    await using opened = await setUp()
    const [good, bad, later] = [aSubmission(), aSubmission(), aSubmission()]
    await Promise.all([good, bad].map((intent) => opened.ledger.begin(intent)))
    await run(opened.database, `create unique index one_accepted on submissions (state) where state = 'ACCEPTED'`)
    const settled = await Promise.allSettled([
      opened.ledger.accept(good.id, aJob('QUEUED', { id: 'good' }), null),
      opened.ledger.accept(bad.id, aJob('QUEUED', { id: 'bad' }), null),
      opened.ledger.begin(later),
    ])
    expect(settled.map(statusOf)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).toMatchObject({ reason: unavailable })
    expect(await opened.ledger.findAnywhere('good')).toHaveLength(1)
    expect(await opened.ledger.findAnywhere('bad')).toEqual([])
    expect(await opened.ledger.findSubmission(later.id)).toEqual(later)
  })

  test('with one for which the disk has no room is written all the same', async () => {
    await using opened = await setUp()
    const [first, last] = [aSubmission(), aSubmission()]
    const [row] = await run(opened.database, 'pragma page_count')
    await run(opened.database, `pragma max_page_count = ${String(Number(row?.['page_count']) + 2)}`)
    const settled = await Promise.allSettled([
      opened.ledger.begin(first),
      opened.ledger.begin(aSubmission({ name: 'x'.repeat(100_000) })),
      opened.ledger.begin(last),
    ])
    expect(settled.map(statusOf)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).toMatchObject({ reason: { ...unavailable, cause: { message: 'database or disk is full' } } })
    expect(await opened.ledger.findSubmission(first.id)).toEqual(first)
    expect(await opened.ledger.findSubmission(last.id)).toEqual(last)
  })

  test.for(['savepoint', 'release', 'commit', 'begin'])(
    'is refused, and not left unanswered, when even «%s» fails',
    async (statement) => {
      await using opened = await setUp()
      const intent = await opened.ledger.begin(aSubmission())
      opened.counted.failing = [statement]
      await expect(opened.ledger.accept(intent.id, aJob('QUEUED'), null)).rejects.toMatchObject(unavailable)
      opened.counted.failing = []
      expect(await opened.ledger.accept(intent.id, aJob('QUEUED'), null)).toEqual(aJob('QUEUED'))
    },
  )

  test('is refused, with all that is written later, when a transaction can be neither committed nor rolled back', async () => {
    await using opened = await setUp()
    opened.counted.failing = ['commit', 'rollback']
    await expect(opened.ledger.begin(aSubmission())).rejects.toMatchObject(unavailable)
    await expect(opened.ledger.begin(aSubmission())).rejects.toMatchObject(unavailable)
  })

  test('waits for a transaction that somebody else is in the middle of', async () => {
    await using opened = await setUp()
    const intent = aSubmission()
    const begun = await opened.database.db.transaction().execute(async (tx) => {
      const started = opened.ledger.begin(intent)
      await tx
        .insertInto('kept_events')
        .values({ project_id: 'p', status: '', received_at: 0, name: null, state: '{}' })
        .execute()
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => void setImmediate(resolve))
      expect(opened.counted.commits).toBe(0)
      return { started }
    })
    await begun.started
    expect(await opened.ledger.findSubmission(intent.id)).toEqual(intent)
    expect(await opened.ledger.keptProjects()).toEqual(['p'])
  })

  test('is answered when it is on disk, and not before', async () => {
    const disk = slowDisk()
    await using opened = await setUp(disk.files)
    const intent = aSubmission()
    let isAnswered = false
    const begun = opened.ledger.begin(intent).then(() => {
      isAnswered = true
    })
    const call = await disk.nextCall()
    expect(await opened.ledger.findSubmission(intent.id)).toEqual(intent)
    expect(isAnswered).toBe(false)
    call.resolve()
    await begun
  })

  test('while a commit is on its way to disk, goes together with the next one', async () => {
    const disk = slowDisk()
    await using opened = await setUp(disk.files)
    const first = opened.ledger.begin(aSubmission())
    const call = await disk.nextCall()
    const others = Array.from({ length: 3 }, () => opened.ledger.begin(aSubmission()))
    expect(opened.counted.commits).toBe(1)
    call.resolve()
    await first
    const next = await disk.nextCall()
    expect(opened.counted.commits).toBe(2)
    next.resolve()
    await Promise.all(others)
  })

  test('is in the database itself when the log could not be brought to disk', async () => {
    await using folder = await temporaryFolder()
    const disk = slowDisk()
    const database = toDatabase(openDatabase(folder.path).database, disk.files)
    await migrate(database)
    const intent = aSubmission()
    const begun = createLedger(database, createHub()).begin(intent)
    const call = await disk.nextCall()
    call.reject(new RangeError('the disk is on fire'))
    // That the log is empty has to be on disk too.
    const again = await disk.nextCall()
    again.resolve()
    await begun
    // Of the log nothing is left: whatever the disk lost of it is not needed.
    expect((await stat(join(folder.path, 'ledger.sqlite-wal'))).size).toBe(0)
    await database.close()
    const reopened = openSqlite(folder.path)
    expect(await createLedger(reopened, createHub()).findSubmission(intent.id)).toEqual(intent)
    await reopened.close()
  })

  test('is refused, with all that is written later, when it can be brought to disk in no way', async () => {
    const disk = slowDisk()
    await using opened = await setUp(disk.files)
    const begun = opened.ledger.begin(aSubmission())
    const call = await disk.nextCall()
    const meanwhile = opened.ledger.begin(aSubmission())
    call.reject(new RangeError('the disk is on fire'))
    await expect(begun).rejects.toMatchObject(unavailable)
    await expect(meanwhile).rejects.toMatchObject(unavailable)
    await expect(opened.ledger.begin(aSubmission())).rejects.toMatchObject(unavailable)
    expect(opened.counted.commits).toBe(1)
  })

  test('is refused, and not left unanswered, when SQLite does not do as it is told', async () => {
    const disk = slowDisk()
    await using opened = await setUp({ ...disk.files, syncLog: () => Promise.resolve() })
    await Promise.all(Array.from({ length: 600 }, () => opened.ledger.begin(aSubmission())))
    opened.counted.failing = ['pragma']
    const begun = [aSubmission(), aSubmission()].map((intent) => opened.ledger.begin(intent))
    expect(await Promise.allSettled(begun)).toMatchObject([{ reason: unavailable }, { reason: unavailable }])
    opened.counted.failing = []
    await expect(opened.ledger.begin(aSubmission())).rejects.toMatchObject(unavailable)
  })

  test('is on disk when the database is closed before its turn came', async () => {
    await using folder = await temporaryFolder()
    const database = openSqlite(folder.path)
    await migrate(database)
    const intent = aSubmission()
    const begun = createLedger(database, createHub()).begin(intent)
    await database.close()
    await begun
    const reopened = openSqlite(folder.path)
    expect(await createLedger(reopened, createHub()).findSubmission(intent.id)).toEqual(intent)
    await reopened.close()
  })

  test('is refused once the database is closed', async () => {
    const { ledger, database } = await setUp()
    await database.close()
    await expect(ledger.begin(aSubmission())).rejects.toMatchObject(unavailable)
    await expect(ledger.find('tenant-1', ['job-1'])).rejects.toMatchObject(unavailable)
  })
})
