import { describeMachine } from '../comparison/prepare.ts'
import { measureChanges } from './changes.ts'
import { measureCommits } from './commits.ts'
import { type LifeCase, followings, measureLife } from './life.ts'
import { measureLists } from './lists.ts'
import type { Options } from './options.ts'
import type { Results } from './report.ts'
import { measureRest } from './rest.ts'
import { startRig } from './rig.ts'
import { type DatabaseKind, databases } from './store.ts'
import { measureWaiting } from './waiting.ts'

/**
 * Measures what was asked for, one after the other.
 *
 * @param tell told how far it is
 */
export const measureAll = async (
  { plan, only }: Pick<Options, 'plan' | 'only'>,
  tell: (words: string) => void,
): Promise<Results> => {
  const machine = await describeMachine()
  if (machine.loadBefore > 0.3)
    tell(`the machine is busy (load average ${machine.loadBefore.toFixed(2)}): expect noise`)
  await using rig = await startRig()
  const eachDatabase = async <T>(what: string, measure: (database: DatabaseKind) => Promise<T>): Promise<T[]> => {
    const found: T[] = []
    for (const database of databases) {
      tell(`${what}: ${database}`)
      found.push(await measure(database))
    }
    return found
  }
  const lives = []
  for (const life of casesOf(only)) {
    tell(`jobs on ${life.database}, followed by ${life.following}, replicas: ${life.replicas}`)
    lives.push(await measureLife(rig, plan, life))
  }
  const isIn = (part: Options['only'][number]): boolean => only.includes(part)
  if (isIn('waiting')) tell('unfinished jobs and subscriptions that wait')
  return {
    machine: { ...machine, pinned: rig.pinned },
    plan,
    lives,
    waiting: isIn('waiting') ? await measureWaiting(rig, plan) : null,
    rests: isIn('life') ? await eachDatabase('nothing to do', (database) => measureRest(rig, plan, database)) : [],
    changes: isIn('replicas')
      ? (await eachDatabase('one change', (database) => measureChanges(rig, plan, database))).flat()
      : [],
    commits: isIn('replicas') ? await measureCommits(rig, plan) : [],
    lists: isIn('lists') ? await eachDatabase('lists', (database) => measureLists(rig, plan, database)) : [],
  }
}

/** One replica and two are measured right after one another, so that what slows the machine down for a while meets both. */
const casesOf = (only: Options['only']): LifeCase[] => {
  const compared = { database: 'postgres', following: 'lookups' } as const
  const others = databases
    .flatMap((database) => followings.map((following) => ({ database, following, replicas: 1 })))
    .filter(({ database, following }) => database !== compared.database || following !== compared.following)
  return [
    ...(only.includes('life') ? others : []),
    ...(only.includes('life') || only.includes('replicas') ? [{ ...compared, replicas: 1 }] : []),
    ...(only.includes('replicas') ? [{ ...compared, replicas: 2 }] : []),
  ]
}
