import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** An account of the machine. */
export interface ServerAccount {
  readonly uid: number
  readonly gid: number
}

/** Who the server is to run as: null for ourselves, `nobody` when we are root, as which PostgreSQL refuses to run. */
export const serverAccount = async (): Promise<ServerAccount | null> => {
  if (process.getuid?.() !== 0) return null
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

/** Makes the account the owner of folders and of all that is in them. */
export const handOver = async (folders: readonly string[], { uid, gid }: ServerAccount): Promise<void> => {
  await run('chown', ['-R', `${uid}:${gid}`, ...folders])
}
