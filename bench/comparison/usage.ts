import { readFile } from 'node:fs/promises'

/** What a process has used up to now. */
export interface Usage {
  readonly cpuMs: number
  readonly rssBytes: number
}

/** null: the process is gone, or this system has no `/proc`. */
export const usageOf = async (pid: number): Promise<Usage | null> => {
  try {
    const [stat, status] = await Promise.all(['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')))
    return { cpuMs: cpuMsIn(stat ?? ''), rssBytes: rssBytesIn(status ?? '') }
  } catch {
    return null
  }
}

/** Linux counts in hundredths of a second, whatever its clock is (`USER_HZ`). */
const tickMs = 10

/** User and system time of `/proc/<pid>/stat`. The name of the process comes second, in brackets, and may hold anything. */
export const cpuMsIn = (stat: string): number => {
  const [, , , , , , , , , , , user = '', system = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(user) + Number(system)) * tickMs
}

/** Resident memory of `/proc/<pid>/status`. */
export const rssBytesIn = (status: string): number => Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024
