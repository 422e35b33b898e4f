import { stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createHub } from '../../src/events/hub.ts'
import { DatabaseRefused } from '../../src/ledger/database.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import { type Program, startProgram } from '../cli/program.ts'
import { aJob } from '../support/builders.ts'
import { run, temporaryFolder } from './databases.ts'

const moduleUrl = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url))

/** A process that opens the folder, stores a job there, says so, and goes on to hold it. */
const startHolder = (folder: string): Program =>
  runScript(`
    import { createHub } from ${moduleUrl('events/hub.ts')}
    import { createLedger } from ${moduleUrl('ledger/ledger.ts')}
    import { migrate } from ${moduleUrl('ledger/migrate.ts')}
    import { openSqlite } from ${moduleUrl('ledger/sqlite.ts')}
    const database = openSqlite(${JSON.stringify(folder)})
    await migrate(database)
    const job = ${JSON.stringify(aJob('QUEUED'))}
    await createLedger(database, createHub()).adopt({ ...job, createdAt: new Date(job.createdAt) }, null)
    process.stdout.write('stored\\n')
    setInterval(() => undefined, 1_000)
  `)

/** A process that opens the folder and says what came of it. */
const startOpener = (folder: string): Program =>
  runScript(`
    import { openSqlite } from ${moduleUrl('ledger/sqlite.ts')}
    try {
      await openSqlite(${JSON.stringify(folder)}).close()
      process.stdout.write('opened\\n')
    } catch (error) {
      process.stdout.write(error.name + ': ' + error.message + '\\n')
    }
  `)

const runScript = (script: string): Program =>
  startProgram(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '--eval', script])

const refusal = (open: () => unknown): DatabaseRefused => {
  try {
    open()
  } catch (error) {
    if (error instanceof DatabaseRefused) return error
    throw error
  }
  throw new TypeError('It was opened.')
}

test('a folder that is open is refused in words that name it and say what to do', async () => {
  await using folder = await temporaryFolder()
  const first = openSqlite(folder.path)
  const { message } = refusal(() => openSqlite(folder.path))
  await first.close()
  expect(message).toContain(`Another process uses the data in «${folder.path}»`)
  expect(message).toMatch(/Stop it, set DATA_DIR .* or set DATABASE_URL/)
})

test('a folder that was closed can be opened again, with what is in it', async () => {
  await using folder = await temporaryFolder()
  const first = openSqlite(folder.path)
  await migrate(first)
  await createLedger(first, createHub()).adopt(aJob(), null)
  await first.close()
  const second = openSqlite(folder.path)
  expect(await createLedger(second, createHub()).findAnywhere('job-1')).toEqual([aJob()])
  await second.close()
})

test('a folder that another process has is refused, and that process goes on', async () => {
  await using folder = await temporaryFolder()
  await using holder = startHolder(folder.path)
  await holder.waitFor('stored')
  expect(refusal(() => openSqlite(folder.path)).message).toContain('Another process uses the data')
  expect(holder.process.exitCode).toBeNull()
})

test('a folder that this process has is refused to another one', async () => {
  await using folder = await temporaryFolder()
  const database = openSqlite(folder.path)
  await using opener = startOpener(folder.path)
  const { stdout } = await opener.ended
  await database.close()
  expect(stdout).toContain('DatabaseRefused: Another process uses the data')
})

test('a process that is killed leaves nothing locked, and what it stored is there', async () => {
  await using folder = await temporaryFolder()
  await using holder = startHolder(folder.path)
  await holder.waitFor('stored')
  holder.process.kill('SIGKILL')
  await holder.ended
  const database = openSqlite(folder.path)
  expect(await migrate(database)).toEqual([])
  expect(await createLedger(database, createHub()).findAnywhere('job-1')).toEqual([aJob('QUEUED')])
  await database.close()
})

test('nothing is kept in memory, and two do not share it', async () => {
  const [one, other] = [openSqlite('memory:'), openSqlite('memory:')]
  await Promise.all([migrate(one), migrate(other)])
  await createLedger(one, createHub()).adopt(aJob(), null)
  expect(await createLedger(other, createHub()).findAnywhere('job-1')).toEqual([])
  await Promise.all([one.close(), other.close()])
  const next = openSqlite('memory:')
  expect(await migrate(next)).not.toEqual([])
  await next.close()
})

test('a folder is made with all that are above it, for nobody else to read', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a', 'b')
  await openSqlite(path).close()
  expect((await stat(path)).mode & 0o777).toBe(0o700)
})

test.for([
  ['is a file', 'file', 'ENOTDIR|EEXIST'],
  ['is below a file', 'file/below', 'ENOTDIR'],
  ['is a link to nowhere', 'link', 'ENOENT|EEXIST'],
] as const)('a folder that %s is refused in words that name it and say what to do', async ([, path, reason]) => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'file'), '')
  await symlink(join(folder.path, 'nowhere'), join(folder.path, 'link'))
  const dataDir = join(folder.path, path)
  const { message } = refusal(() => openSqlite(dataDir))
  expect(message).toContain(`The data in «${dataDir}» cannot be opened`)
  expect(message).toMatch(new RegExp(`${reason}.*Set DATA_DIR to a folder that can be written`))
})

test('a file that is no database is refused and stays as it is', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'ledger.sqlite'), 'something else entirely '.repeat(100))
  const { message } = refusal(() => openSqlite(folder.path))
  expect(message).toContain('file is not a database')
  expect((await stat(join(folder.path, 'ledger.sqlite'))).size).toBe(2_400)
})

test('a commit is in the write-ahead log, from where it is brought to disk away from the event loop', async () => {
  await using folder = await temporaryFolder()
  const database = openSqlite(folder.path)
  const normal = 1
  expect(await run(database, 'pragma synchronous')).toEqual([{ synchronous: normal }])
  expect(await run(database, 'pragma journal_mode')).toEqual([{ journal_mode: 'wal' }])
  expect(await run(database, 'pragma locking_mode')).toEqual([{ locking_mode: 'exclusive' }])
  await database.close()
})

test('a file that is a link to another place opens, and keeps its log there', async () => {
  await using folder = await temporaryFolder()
  await using elsewhere = await temporaryFolder()
  await openSqlite(elsewhere.path).close()
  await symlink(join(elsewhere.path, 'ledger.sqlite'), join(folder.path, 'ledger.sqlite'))
  const database = openSqlite(folder.path)
  await migrate(database)
  await createLedger(database, createHub()).adopt(aJob(), null)
  await Promise.all([database.close(), database.close()])
  const reopened = openSqlite(elsewhere.path)
  expect(await createLedger(reopened, createHub()).findAnywhere('job-1')).toEqual([aJob()])
  await reopened.close()
})
