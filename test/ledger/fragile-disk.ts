import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { SqliteFiles } from '../../src/ledger/sqlite-files.ts'
import { createRandom } from '../crash/random.ts'

/** What there is of the two files. */
interface Contents {
  readonly database: Buffer
  readonly log: Buffer
}

/** What a loss of power may leave: a folder that can be opened. */
export interface Remains {
  readonly folder: string
  /** Which of what was written is there. */
  readonly what: string
}

export interface FragileDisk {
  /** The same files, and `cut` is called before and after each wait: then it is worth it to cut the power. */
  watch(files: SqliteFiles, cut: (moment: string) => void): SqliteFiles
  /** What may be left when the power is cut now: of each file all that was written, nothing since it was last waited for, or any part. */
  remains(): Remains[]
}

const [fileName, blockBytes] = ['ledger.sqlite', 512]

/**
 * A disk of which nothing is sure but what it was waited for.
 *
 * @param folder of a database that is open, with nothing on its way to disk
 * @param remainsIn what is left is put below it
 */
export const createFragileDisk = (folder: string, remainsIn: string): FragileDisk => {
  const random = createRandom(20_261_127)
  const path = join(folder, fileName)
  const read = (file: keyof Contents): Buffer => readFileSync(file === 'database' ? path : `${path}-wal`)
  const readBoth = (): Contents => ({ database: read('database'), log: read('log') })
  let safe = readBoth()

  /** Each block as it was written or as it is on disk: nobody says in which order a disk writes. */
  const mix = (written: Buffer, onDisk: Buffer): Buffer => {
    const mixed = Buffer.alloc(random.below(2) === 0 ? written.length : onDisk.length)
    for (let at = 0; at < mixed.length; at += blockBytes) {
      const from = random.below(2) === 0 ? written : onDisk
      mixed.set(from.subarray(at, Math.min(at + blockBytes, mixed.length)), at)
    }
    return mixed
  }
  const store = (what: string, { database, log }: Contents): Remains => {
    const remains = mkdtempSync(join(remainsIn, 'cut-'))
    writeFileSync(join(remains, fileName), database)
    writeFileSync(join(remains, `${fileName}-wal`), log)
    return { folder: remains, what }
  }
  return {
    watch: (files, cut) => {
      const watched =
        (name: 'syncLog' | 'syncDatabase' | 'clearLog', file: keyof Contents): (() => Promise<void>) =>
        async () => {
          cut(`before ${name}`)
          // What is written during the wait need not be on disk after it; but `clearLog` writes by itself.
          const written = read(file)
          // Who does not wait is long at something else by then.
          for (let turn = 0; turn < 30; turn += 1) await setImmediate()
          await files[name]()
          safe = { ...safe, [file]: name === 'clearLog' ? read(file) : written }
          cut(`after ${name}`)
        }
      return {
        ...files,
        syncLog: watched('syncLog', 'log'),
        syncDatabase: watched('syncDatabase', 'database'),
        clearLog: watched('clearLog', 'log'),
      }
    },
    remains: () => {
      const written = readBoth()
      return [
        store('all that was written', written),
        store('what is on disk', safe),
        store('the database as written, the log on disk', { ...written, log: safe.log }),
        store('the log as written, the database on disk', { ...written, database: safe.database }),
        store('some of each', { database: mix(written.database, safe.database), log: mix(written.log, safe.log) }),
        ...Array.from({ length: 3 }, () => {
          const at = random.below(400) * blockBytes
          const log = Buffer.concat([safe.log.subarray(0, at), written.log.subarray(at)])
          return store(`the log as written from ${at} on`, { database: mix(written.database, safe.database), log })
        }),
      ]
    },
  }
}
