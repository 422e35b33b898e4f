import { readFile } from 'node:fs/promises'
import { cpuMsIn } from '../comparison/usage.ts'

/**
 * CPU time that a process and its children have used up to now, those that have ended too, in milliseconds. Rejects where there
 * is no `/proc`.
 */
export const treeCpuMs = async (pid: number): Promise<number> => {
  const [stat, children] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'),
  ])
  const living = await Promise.all(
    children.split(' ').flatMap((child) => (child.trim() === '' ? [] : [cpuMsOf(child)])),
  )
  return living.reduce((sum, ms) => sum + ms, cpuMsIn(stat) + endedChildrenCpuMsIn(stat))
}

/** One that ended since it was listed counts the next time. */
const cpuMsOf = async (pid: string): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return stat === null ? 0 : cpuMsIn(stat)
}

/** Linux counts in hundredths of a second, whatever its clock is (`USER_HZ`). */
const tickMs = 10

/** User and system time of the children that a process has waited for, in `/proc/<pid>/stat`: the two fields after its own. */
export const endedChildrenCpuMsIn = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * tickMs
}
