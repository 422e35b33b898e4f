import { spreadOf } from '../comparison/statistics.ts'
import { databaseNames, kilobytes, milliseconds, ratio, table, thousands } from './format.ts'
import type { ListFigures, Lists, Question, Taken } from './lists.ts'
import type { Plan } from './options.ts'

const questionNames: Record<Question, string> = {
  first: '`jobs(first: 20)`, the first page',
  deep: 'the same behind a cursor in the middle',
  error: 'the first page of a status that one of 20 has',
  canceled: 'the only page of a status that ten have in all',
  create: '`removeBackground`',
}

/** What a large table costs beside a small one. */
export const listSection = (lists: readonly Lists[], { rows }: Pick<Plan, 'rows'>): string[] =>
  lists.length === 0
    ? []
    : [
        '## Over a large table',
        `One caller has ${thousands(rows[0])} jobs, and another ${thousands(rows[1])}, in databases of their own; asked one request at a time. The ratios are medians of rounds, with quartiles; CPU is that of the gateway and the database together.`,
        table(
          ['', 'database', `over ${thousands(rows[0])}`, `over ${thousands(rows[1])}`, 'ratio', 'ratio of the CPU'],
          lists.flatMap(({ figures }) => figures.map(listLine)),
        ),
        table(
          ['', `a job among ${thousands(rows[1])}, with its submission and indexes`, 'a million'],
          lists.map(({ database, bytesEach }) => [
            databaseNames[database],
            kilobytes(bytesEach),
            `${((bytesEach * 1e6) / 1e9).toFixed(2)} GB`,
          ]),
        ),
      ]

const listLine = ({ database, question, rounds }: ListFigures): string[] => {
  const medianMs = (size: 'few' | 'many'): string =>
    `${milliseconds(spreadOf(rounds.map((round) => round[size].p50Ms))?.median ?? Number.NaN)} ms`
  const cpu = ({ cpuMs, databaseCpuMs }: Taken): number => cpuMs + databaseCpuMs
  return [
    questionNames[question],
    databaseNames[database],
    medianMs('few'),
    medianMs('many'),
    ratio(spreadOf(rounds.map(({ few, many }) => many.p50Ms / few.p50Ms))),
    ratio(spreadOf(rounds.map(({ few, many }) => cpu(many) / cpu(few)))),
  ]
}
