import { loadConfig } from '../../src/config.ts'
import { migrateDatabase } from '../../src/app.ts'
import { encodeCursor } from '../../src/graphql/cursor.ts'
import { createLogger } from '../../src/logger.ts'
import { loadFigures } from '../comparison/load-protocol.ts'
import { fillStatements, newestAtMs, spacingMs } from './fill.ts'
import type { Plan } from './options.ts'
import type { Rig } from './rig.ts'
import { type Running, startOn, usedBetween } from './running.ts'
import type { DatabaseKind } from './store.ts'
import { createBody } from './wire.ts'

/** What is asked of a table of so many jobs. */
export const questions = ['first', 'deep', 'error', 'canceled', 'create'] as const
/**
 * The first page; one in the middle; the first of a status that one of 20 jobs has; the only one of a status that ten jobs have,
 * however many there are; and a job to be made.
 */
export type Question = (typeof questions)[number]

/** What an answer took. */
export interface Taken {
  readonly p50Ms: number
  readonly cpuMs: number
  readonly databaseCpuMs: number
}

/** One question, asked of the small and of the large table in turn. */
export interface ListFigures {
  readonly database: DatabaseKind
  readonly question: Question
  readonly rounds: readonly { readonly few: Taken; readonly many: Taken }[]
}

/** What came of the lists of one database. */
export interface Lists {
  readonly database: DatabaseKind
  readonly figures: readonly ListFigures[]
  /** Of a job in the large table, with its submission. */
  readonly bytesEach: number
}

/** Fills two tables and asks both the same. */
export const measureLists = async (rig: Rig, plan: Plan, database: DatabaseKind): Promise<Lists> => {
  await rig.magicHour.begin({ renders: 'never', longestRenderMs: 0, eventPort: null })
  await using few = await openTable(rig, database, plan.rows[0])
  await using many = await openTable(rig, database, plan.rows[1])
  const figures: ListFigures[] = []
  for (const question of questions) {
    await askTable(rig, few, { question, seconds: plan.roundSeconds })
    await askTable(rig, many, { question, seconds: plan.roundSeconds })
    const rounds = []
    for (let round = 0; round < plan.rounds; round += 1) {
      const order = { question, seconds: plan.roundSeconds }
      rounds.push({ few: await askTable(rig, few, order), many: await askTable(rig, many, order) })
    }
    figures.push({ database, question, rounds })
  }
  return { database, figures, bytesEach: many.bytes / plan.rows[1] }
}

/** A table of so many jobs, and a gateway on it. */
interface Table extends AsyncDisposable {
  readonly rows: number
  readonly bytes: number
  readonly running: Running
}

const openTable = async (rig: Rig, database: DatabaseKind, rows: number): Promise<Table> => {
  await using resources = new AsyncDisposableStack()
  const store = resources.use(await rig.openStore(database))
  await migrateDatabase(loadConfig(store.settings), { logger: createLogger('silent') })
  await store.execute(fillStatements(database, rows))
  const bytes = await store.bytes()
  // The jobs made here must not be followed: that would be measured with the next ones.
  const running = resources.use(await startOn(rig, store, { keyOf: 'passed-through', replicas: 1 }))
  const kept = resources.move()
  return { rows, bytes, running, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const askTable = async (
  rig: Rig,
  { rows, running }: Table,
  { question, seconds }: { readonly question: Question; readonly seconds: number },
): Promise<Taken> => {
  const before = await running.used()
  const order = { kind: 'repeat', port: running.ports[0] ?? 0, ...wordsOf(question, rows), seconds } as const
  const { requests, p50Ms } = loadFigures.parse(await rig.load(order))
  const { cpuMs, databaseCpuMs } = usedBetween(before, await running.used())
  return { p50Ms, cpuMs: cpuMs / requests, databaseCpuMs: databaseCpuMs / requests }
}

const wordsOf = (question: Question, rows: number): { readonly body: string; readonly expects: string } => {
  switch (question) {
    case 'first':
      return page({}, '"hasNextPage":true')
    case 'deep':
      return page({ after: cursorAt(rows / 2) }, '"hasNextPage":true')
    case 'error':
      return page({ filter: { status: ['ERROR'] } }, '"hasNextPage":true')
    case 'canceled':
      return page({ filter: { status: ['CANCELED'] } }, '"hasNextPage":false')
    case 'create':
      return { body: createBody(null), expects: '"id"' }
    default:
      return question satisfies never
  }
}

const page = (variables: object, expects: string): { readonly body: string; readonly expects: string } => ({
  body: JSON.stringify({
    query:
      'query Jobs($after: String, $filter: JobFilter) { jobs(first: 20, after: $after, filter: $filter) { nodes { id name status creditsCharged createdAt } pageInfo { hasNextPage endCursor } } }',
    variables,
  }),
  expects,
})

const cursorAt = (row: number): string => encodeCursor({ createdAt: new Date(newestAtMs - row * spacingMs), id: 'c0' })
