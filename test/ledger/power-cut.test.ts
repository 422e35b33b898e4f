import { renameSync } from 'node:fs'
import { cp, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Ledger } from '../../src/domain/ledger.ts'
import { createHub } from '../../src/events/hub.ts'
import type { Database } from '../../src/ledger/database.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import type { SqliteFiles } from '../../src/ledger/sqlite-files.ts'
import { openDatabase, openSqlite, toDatabase } from '../../src/ledger/sqlite.ts'
import { aJob, aSubmission } from '../support/builders.ts'
import { run, temporaryFolder } from './databases.ts'
import { type Remains, createFragileDisk } from './fragile-disk.ts'

/** Opens a folder whose files are as the test wants them. */
const openLedger = async (folder: string, change = (files: SqliteFiles): SqliteFiles => files) => {
  await migrateIn(folder)
  const { database: raw, files } = openDatabase(folder)
  if (files === null) throw new TypeError('A folder has files.')
  const database = toDatabase(raw, change(files))
  return { database, files, ledger: createLedger(database, createHub()) }
}

const migrateIn = async (folder: string): Promise<void> => {
  const database = openSqlite(folder)
  await migrate(database)
  await database.close()
}

/** Makes jobs, some at a time, and notes the ids of submissions whose job was accepted. */
const makeJobs = async (ledger: Ledger, count: number, accepted: string[]): Promise<void> => {
  let left = count
  const makeSome = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const { id } = await ledger.begin(aSubmission())
      await ledger.accept(id, aJob('QUEUED', { id: `job-${id}` }), null)
      accepted.push(id)
    }
  }
  await Promise.all(Array.from({ length: 16 }, makeSome))
}

const writeByHand = ({ db }: Database): Promise<unknown> =>
  db
    .insertInto('kept_events')
    .values({ project_id: 'p', status: '', received_at: 0, name: null, state: '{}' })
    .execute()
const tooLate = 'Migrations are over before anything else is written.'

/** Which of these the folder does not have any more. */
const missingIn = async (folder: string, ids: readonly string[]): Promise<string[]> => {
  const database = openSqlite(folder)
  expect(await run(database, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
  const rows = await run(
    database,
    `select submissions.id from submissions join jobs on jobs.id = 'job-' || submissions.id where submissions.state = 'ACCEPTED'`,
  )
  await database.close()
  const found = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => !found.has(id))
}

interface Cut extends Remains {
  readonly moment: string
  /** Whose callers had been told so. */
  readonly accepted: readonly string[]
}

test('whatever a loss of power leaves of the files, each job that was accepted is there', async () => {
  await using folder = await temporaryFolder()
  await using remains = await temporaryFolder()
  const accepted: string[] = []
  const cuts: Cut[] = []
  let cutsToCome = 4
  const { database, ledger } = await openLedger(folder.path, (files) => {
    const disk = createFragileDisk(folder.path, remains.path)
    return disk.watch(files, (moment) => {
      // The log is brought to disk dozens of times between two copies. What can go wrong does so around them.
      if (!moment.endsWith('syncLog')) cutsToCome = 4
      cutsToCome -= 1
      if (cutsToCome >= 0) cuts.push(...disk.remains().map((left) => ({ ...left, moment, accepted: [...accepted] })))
    })
  })
  // The log begins with commits of a page or two, which are whole wherever a few blocks of it are left.
  for (let n = 0; n < 40; n += 1) await makeJobs(ledger, 1, accepted)
  await makeJobs(ledger, 209, accepted)
  // After that it begins with one that is larger than them all.
  await Promise.all([makeJobs(ledger, 1, accepted), ...Array.from({ length: 200 }, () => ledger.begin(aSubmission()))])
  await makeJobs(ledger, 600, accepted)
  await database.close()

  for (const cut of cuts)
    expect({ ...cut, missing: await missingIn(cut.folder, cut.accepted) }).toMatchObject({ missing: [] })
  expect(await missingIn(folder.path, accepted)).toEqual([])
  const clearedAt = cuts.filter(({ moment }) => moment === 'after clearLog').map((cut) => cut.accepted.length)
  expect(clearedAt.at(0)).toBeLessThan(300)
  expect(clearedAt.at(-1)).toBeGreaterThan(600)
})

test('of a log that was cleared nothing is left, whoever opens it', async () => {
  await using folder = await temporaryFolder()
  await using remains = await temporaryFolder()
  const { database, files, ledger } = await openLedger(folder.path)
  const accepted: string[] = []
  await makeJobs(ledger, 20, accepted)
  await files.clearLog()
  await cp(folder.path, remains.path, { recursive: true })
  expect(await missingIn(remains.path, accepted)).toEqual(accepted)
  await database.close()
})

describe('while the copy of the log is on its way to disk', () => {
  test('what is known is answered, and nothing is written', async () => {
    await using folder = await temporaryFolder()
    const asked = Promise.withResolvers<void>()
    const disk = Promise.withResolvers<void>()
    const { database, ledger } = await openLedger(folder.path, (files) => ({
      ...files,
      syncDatabase: async () => {
        asked.resolve()
        await disk.promise
        await files.syncDatabase()
      },
    }))
    const accepted: string[] = []
    const made = makeJobs(ledger, 300, accepted)
    await asked.promise
    const log = join(folder.path, 'ledger.sqlite-wal')
    const written = await readFile(log)
    expect(await ledger.findAnywhere(`job-${accepted[0]}`)).toHaveLength(1)
    const intent = aSubmission()
    const begun = ledger.begin(intent)
    expect(await ledger.findSubmission(intent.id)).toBeNull()
    // Who goes round the ledger is refused: their write would begin the log anew.
    await expect(writeByHand(database)).rejects.toThrow(tooLate)
    expect(written.equals(await readFile(log))).toBe(true)
    disk.resolve()
    await Promise.all([made, begun])
    expect(await ledger.findSubmission(intent.id)).toEqual(intent)
    await database.close()
  })
})

test('the log does not grow with every job', async () => {
  await using folder = await temporaryFolder()
  const { database, ledger } = await openLedger(folder.path)
  const logBytes = async (): Promise<number> => (await stat(join(folder.path, 'ledger.sqlite-wal'))).size
  await makeJobs(ledger, 1_000, [])
  const before = await logBytes()
  await makeJobs(ledger, 2_000, [])
  expect(await logBytes()).toBeLessThan(2 * before)
  await database.close()
})

describe('a disk that fails while the log is copied', () => {
  const onFire = (): Promise<never> => Promise.reject(new RangeError('the disk is on fire'))
  const unavailable = { code: 'LEDGER_UNAVAILABLE', cause: { message: 'the disk is on fire' } }

  test('loses nothing: nothing is written any more, and the log is kept from SQLite', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'ledger.sqlite')
    const accepted: string[] = []
    const { database, ledger } = await openLedger(folder.path, (files) => ({ ...files, syncDatabase: onFire }))
    const onDisk = await readFile(path)
    await expect(makeJobs(ledger, 300, accepted)).rejects.toMatchObject(unavailable)
    await expect(ledger.begin(aSubmission())).rejects.toMatchObject(unavailable)
    await expect(writeByHand(database)).rejects.toThrow(tooLate)
    expect(await ledger.findAnywhere(`job-${accepted[0]}`)).toHaveLength(1)
    await database.close()

    expect(() => openSqlite(folder.path)).toThrow(
      `«${path}-wal.kept» has jobs that are not in it. Stop the process that wrote it, check the disk, copy both files, then rename «${path}-wal.kept» to «${path}-wal» and start again.`,
    )
    // The disk had nothing of what was copied.
    await writeFile(path, onDisk)
    renameSync(`${path}-wal.kept`, `${path}-wal`)
    expect(accepted.length).toBeGreaterThan(200)
    expect(await missingIn(folder.path, accepted)).toEqual([])
  })

  test('loses nothing when it is the log that cannot be cleared', async () => {
    await using folder = await temporaryFolder()
    const accepted: string[] = []
    const { database, ledger } = await openLedger(folder.path, (files) => ({ ...files, clearLog: onFire }))
    await expect(makeJobs(ledger, 300, accepted)).rejects.toMatchObject(unavailable)
    await expect(ledger.begin(aSubmission())).rejects.toMatchObject(unavailable)
    await database.close()
    expect(accepted.length).toBeGreaterThan(200)
    expect(await missingIn(folder.path, accepted)).toEqual([])
  })
})
