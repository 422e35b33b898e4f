import { Client } from 'pg'
import { type Lane, runClosedLoop } from '../comparison/closed-loop.ts'
import type { Plan } from './options.ts'
import type { Rig } from './rig.ts'

/** How many rows PostgreSQL commits a second, one a commit. */
export interface Commits {
  /** Whether each commit is told to those who listen, as changes of jobs are. */
  readonly isTold: boolean
  readonly connections: number
  readonly perSecond: number
}

const statements = [
  { isTold: false, sql: 'insert into commits values (1)' },
  {
    isTold: true,
    sql: `with done as (insert into commits values (1) returning 1) select pg_notify('commits', 'one') from done`,
  },
] as const

/** As many as one replica has, and several. */
const connectionCounts = [1, 10, 40] as const

/**
 * Commits rows as fast as goes, with and without telling of them: PostgreSQL takes commits that tell one at a time, under a lock on
 * the whole server, so that the order of the notices is the order of the commits (its source: `PreCommit_Notify`).
 */
export const measureCommits = async (rig: Rig, { commitSeconds }: Plan): Promise<Commits[]> => {
  await using store = await rig.openStore('postgres')
  await store.execute(['create table commits (number integer)'])
  const connectionString = store.settings['DATABASE_URL'] ?? ''
  const found: Commits[] = []
  for (const { isTold, sql } of statements) {
    for (const connections of connectionCounts) {
      const clients = Array.from({ length: connections }, () => new Client({ connectionString }))
      await Promise.all(clients.map((client) => client.connect()))
      const lanes = clients.map(
        (client): Lane =>
          async () =>
            void (await client.query(sql)),
      )
      const { requests, seconds } = await runClosedLoop(lanes, commitSeconds)
      await Promise.all(clients.map((client) => client.end()))
      found.push({ isTold, connections, perSecond: requests / seconds })
    }
  }
  return found
}
