import type { Changes } from './changes.ts'
import type { Commits } from './commits.ts'
import { databaseNames, delays, mebibytes, milliseconds, none, table, thousands } from './format.ts'
import { type Figure, cpuOf, databaseCpuOf, getsOf, mean } from './life-report.ts'
import type { Life } from './life.ts'

/** What is told of replicas. */
export interface ReplicaResults {
  readonly lives: readonly Life[]
  readonly changes: readonly Changes[]
  readonly commits: readonly Commits[]
}

/** What a second replica adds, and what all of them share. */
export const replicaSection = ({ lives, changes, commits }: ReplicaResults): string[] => {
  const two = lives.find(({ replicas }) => replicas === 2)
  const one = lives.find(
    (life) => life.replicas === 1 && life.database === two?.database && life.following === two.following,
  )
  if (one === undefined || two === undefined) return []
  const line = (name: string, pick: Figure, format: (value: number) => string): string[] => {
    const [alone, both] = [mean(one, pick), mean(two, pick)]
    return [name, format(alone), format(both), alone === 0 ? none : (both / alone).toFixed(2)]
  }
  const ms = (value: number): string => `${milliseconds(value)} ms`
  return [
    '## A second replica on PostgreSQL',
    'The same load through one, and half and half through two; jobs are looked up, nobody waits. A job takes, of all replicas together:',
    table(
      ['', 'one', 'two', 'ratio'],
      [
        line('CPU of the gateways', cpuOf, ms),
        line('CPU of PostgreSQL', databaseCpuOf, ms),
        line('GETs at Magic Hour', getsOf, (value) => value.toFixed(2)),
        [
          'memory of the gateways',
          mebibytes(one.rssBytes),
          mebibytes(two.rssBytes),
          (two.rssBytes / one.rssBytes).toFixed(2),
        ],
      ],
    ),
    'From the sending of an event until a subscriber has heard of it, one at a time:',
    table(
      ['', 'median (quartiles)'],
      changes.map(({ database, through, delaysMs }) => [
        `${databaseNames[database]}, through ${through === 'same' ? 'the same replica' : 'the other replica'}`,
        delays(delaysMs),
      ]),
    ),
    'Commits of one row that PostgreSQL makes a second. Those that tell of a change, as each change of a job does, it makes one at a time:',
    table(
      ['', 'connections', 'commits a second'],
      commits.map(({ isTold, connections, perSecond }) => [
        isTold ? 'with a notice' : 'without',
        String(connections),
        thousands(perSecond),
      ]),
    ),
  ]
}
