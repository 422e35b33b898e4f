import { databaseNames, delays, mebibytes, none, percent, table, thousands } from './format.ts'
import type { Rest } from './rest.ts'
import type { WaitingFigures } from './waiting.ts'

/** What a gateway takes that has nothing to do. */
export const restSection = (rests: readonly Rest[]): string[] =>
  rests.length === 0
    ? []
    : [
        '## With nothing to do',
        table(
          ['', 'CPU of the gateway', 'CPU of PostgreSQL', 'memory of the gateway'],
          rests.map(({ database, share, databaseShare, rssBytes }) => [
            databaseNames[database],
            percent(share),
            database === 'sqlite' ? none : percent(databaseShare),
            mebibytes(rssBytes),
          ]),
        ),
      ]

/** What waiting takes. */
export const waitingSection = (waiting: WaitingFigures | null): string[] =>
  waiting === null
    ? []
    : [
        '## While nothing happens: unfinished jobs and subscriptions',
        'Jobs that do not end, on SQLite, first alone and then subscribed to over WebSocket, a socket each, as many to each job.',
        table(
          ['', 'age of the jobs', 'CPU of the gateway', 'GETs a second', 'memory of the gateway'],
          waiting.stages.map(({ jobs, subscriptions, ageSeconds, share, getsPerSecond, rssBytes }) => [
            `${thousands(jobs)} unfinished jobs, ${thousands(subscriptions)} subscriptions`,
            `up to ${Math.round(ageSeconds)} s`,
            percent(share),
            getsPerSecond.toFixed(1),
            mebibytes(rssBytes),
          ]),
        ),
        `From the event that ends one of the jobs until the last of its subscribers has heard: ${delays(waiting.delaysMs)}.`,
      ]
