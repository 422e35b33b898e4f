import { spreadOf } from '../comparison/statistics.ts'
import { databaseNames, kilobytes, mebibytes, milliseconds, none, table, thousands } from './format.ts'
import { type Following, type Life, followings } from './life.ts'
import type { Used } from './running.ts'
import { databases } from './store.ts'

const followingNames: Record<Following, string> = {
  nobody: 'made, and not followed (key passed through)',
  lookups: 'looked up until complete, nobody waits',
  events: 'told by events, nobody waits',
  'events-watched': 'told by events, a subscription to each',
}

/** What a job takes from its making to its end, and the parts of that. */
export const lifeSection = (measured: readonly Life[]): string[] => {
  const lives = aloneIn(measured)
  return lives.length === 0
    ? []
    : [
        '## A job, from its making to its end',
        table(
          [
            '',
            'database',
            'CPU of the gateway',
            'CPU of PostgreSQL',
            'GETs',
            'events',
            'memory of the gateway',
            'on disk',
          ],
          lives.map((life) => [followingNames[life.following], databaseNames[life.database], ...lifeFigures(life)]),
        ),
        'On disk is what the tables and indexes hold once all jobs have ended, over the jobs; of those that nobody follows, before they have ended. The parts, as differences of these lines:',
        table(['', 'database', 'CPU of the gateway', 'CPU of PostgreSQL'], partLines(lives)),
        'Jobs a day, if a tenth of them come in the busiest hour and half of one core is busy with them then:',
        table(
          ['', 'database', 'jobs a day'],
          lives.map((life) => [
            followingNames[life.following],
            databaseNames[life.database],
            thousands(busyDayMs / mean(life, cpuOf)),
          ]),
        ),
      ]
}

/** In the order of the lines; they were measured in another one. */
const aloneIn = (lives: readonly Life[]): Life[] =>
  databases.flatMap((database) =>
    followings.flatMap((following) =>
      lives.filter((life) => life.replicas === 1 && life.database === database && life.following === following),
    ),
  )

/** Half a second of CPU each second; a day has as many jobs as ten such hours. */
const busyDayMs = 0.5 * 1_000 * 3_600 * 10

/** One of the figures of a while. */
export type Figure = (used: Used) => number
/** See `Used`. */
export const cpuOf: Figure = ({ cpuMs }) => cpuMs
/** See `Used`. */
export const databaseCpuOf: Figure = ({ databaseCpuMs }) => databaseCpuMs
/** See `Used`. */
export const getsOf: Figure = ({ gets }) => gets
const eventsOf: Figure = ({ events }) => events

const lifeFigures = (life: Life): string[] => [
  each(life, cpuOf, milliseconds),
  life.database === 'sqlite' ? none : each(life, databaseCpuOf, milliseconds),
  mean(life, getsOf).toFixed(2),
  mean(life, eventsOf).toFixed(2),
  mebibytes(life.rssBytes),
  kilobytes(life.bytesEach),
]

/** For a job: over all of the time, and in brackets over its parts. */
const each = (life: Life, pick: Figure, format: (value: number) => string): string => {
  const spread = spreadOf(life.slices.map((slice) => pick(slice) / slice.jobs))
  const ends = spread === null ? '' : ` (${format(spread.lower)}–${format(spread.upper)})`
  return `${format(mean(life, pick))} ms${ends}`
}

/** Of a figure, for a job, over all of the time. */
export const mean = ({ slices }: Life, pick: Figure): number =>
  sum(slices.map(pick)) / sum(slices.map(({ jobs }) => jobs))

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const partNames: readonly (readonly [name: string, whole: Following, without: Following])[] = [
  ['the look-ups', 'lookups', 'nobody'],
  ['the events', 'events', 'nobody'],
  ['the subscription', 'events-watched', 'events'],
]

const partLines = (lives: readonly Life[]): string[][] =>
  [...new Set(lives.map(({ database }) => database))].flatMap((database) => {
    const find = (following: Following) =>
      lives.find((life) => life.database === database && life.following === following)
    return partNames.flatMap(([name, whole, without]) => {
      const [long, short] = [find(whole), find(without)]
      if (long === undefined || short === undefined) return []
      const part = (pick: Figure): string => `${milliseconds(mean(long, pick) - mean(short, pick))} ms`
      return [[name, databaseNames[database], part(cpuOf), database === 'sqlite' ? none : part(databaseCpuOf)]]
    })
  })
