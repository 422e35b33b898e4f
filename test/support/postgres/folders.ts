import { mkdtemp, rm, statfs, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const roomyBytes = 1024 ** 3
const prefix = 'test-postgres-'

/** Where a server may put what it writes. */
export interface Folders {
  /** For programs, on a disk: a file system in memory often refuses to execute. */
  readonly main: string
  /** For the cluster: in memory where there is room, because each new database is 8 MB in 300 files. */
  readonly data: string
  /** Removes both, with all that is in them. */
  remove(): Promise<void>
}

/** Makes two empty folders. The link `data` in the main one leads to the other. */
export const makeFolders = async (): Promise<Folders> => {
  const main = await mkdtemp(join(tmpdir(), prefix))
  const data = await mkdtemp(join((await hasRoom(memory)) ? memory : tmpdir(), prefix))
  await symlink(data, join(main, 'data'))
  return {
    main,
    data,
    remove: async () => {
      await Promise.all([main, data].map((folder) => rm(folder, { recursive: true, force: true })))
    },
  }
}

const hasRoom = async (folder: string): Promise<boolean> => {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize >= roomyBytes
  } catch {
    return false
  }
}
