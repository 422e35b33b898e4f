import { describe, expect } from 'vitest'
import { test as base } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { countWork } from '../support/count-work.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'

/*
 * What each operation costs, in counts: on a busy machine a slower program does not show, and a statement more does. Whoever makes
 * one of these numbers larger says why; whoever makes one smaller, lower it.
 */

const alice = { authorization: 'Bearer mhk_test_alice' }
const warmUps = 3
const rounds = 5

const remove = (key: string | null) => ({
  document: `mutation ($key: String) {
    removeBackground(assets: { imageFilePath: "https://example.com/a.png" }, idempotencyKey: $key) { id status creditsCharged }
  }`,
  variables: { key },
})
const ask = (document: string, variables: Record<string, unknown> = {}) => ({ document, variables })
const job = 'query ($id: ID!) { job(id: $id) { status creditsCharged downloads { url expiresAt } } }'

interface Cost {
  readonly statements: number
  /** PostgreSQL takes what is written as one as one statement. Default: as many as SQLite. */
  readonly statementsOnPostgres?: number
  readonly commits: number
  readonly logLines: number
  /** Calls of Magic Hour. */
  readonly calls: number
}

const newJob: Cost = { statements: 4, statementsOnPostgres: 3, commits: 2, logLines: 2, calls: 1 }
const operations: readonly (readonly [title: string, of: (round: number) => ReturnType<typeof ask>, cost: Cost])[] = [
  ['removeBackground without a key', () => remove(null), newJob],
  ['removeBackground with a new key', (n) => remove(`new-${n}`), newJob],
  [
    'removeBackground with a key that was used',
    () => remove('used'),
    { statements: 5, commits: 1, logLines: 2, calls: 0 },
  ],
  ['job, finished', () => ask(job, { id: 'known-0' }), { statements: 1, commits: 0, logLines: 2, calls: 0 }],
  [
    'job, not known yet',
    (n) => ask(job, { id: `elsewhere-${n}` }),
    { statements: 2, commits: 1, logLines: 2, calls: 1 },
  ],
  [
    'jobs, a page of fifty',
    () => ask('{ jobs(first: 50) { nodes { id status downloads { permanentUrl } } pageInfo { hasNextPage } } }'),
    { statements: 1, commits: 0, logLines: 2, calls: 0 },
  ],
  [
    'nodes, ten at once',
    () => ask(`{ nodes(ids: [${Array.from({ length: 10 }, (_, n) => `"known-${n}"`).join()}]) { id } }`),
    { statements: 1, commits: 0, logLines: 2, calls: 0 },
  ],
  ['account', () => ask('{ account { credits } }'), { statements: 0, commits: 0, logLines: 2, calls: 1 }],
]

/** Makes what the operations ask for: finished jobs that the ledger knows, some that it does not, and a key that was used. */
const prepare = async (app: TestApp, magicHour: StubMagicHour): Promise<void> => {
  const downloads = [{ url: 'https://s.example/r.png?sig=1', expires_at: '2999-01-01T00:00:00.000Z' }]
  for (let n = 0; n <= 10 + warmUps + rounds; n += 1) {
    magicHour.set(`known-${n}`, 'complete', { downloads })
    magicHour.set(`elsewhere-${n}`, 'complete', { downloads })
  }
  for (let n = 0; n < 10; n += 1) await app.ask(job, { id: `known-${n}` }, alice)
  const { document, variables } = remove('used')
  const { data } = await app.ask(document, variables, alice)
  magicHour.set(/"id":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? '', 'complete', { downloads })
  await app.ask(document.replace('idempotencyKey: $key', 'idempotencyKey: $key, waitForSeconds: 20'), variables, alice)
}

const costOf = async (
  app: TestApp,
  magicHour: StubMagicHour,
  operation: (round: number) => ReturnType<typeof ask>,
): Promise<Cost> => {
  await prepare(app, magicHour)
  const run = async (first: number, last: number): Promise<void> => {
    for (let round = first; round <= last; round += 1) {
      const { document, variables } = operation(round)
      expect(await app.ask(document, variables, alice)).toMatchObject({ status: 200, errors: [] })
    }
  }
  // What the preparation left to be written, and what is only done the first time, is not counted.
  await run(1, warmUps)
  using work = countWork(app)
  const callsBefore = magicHour.requests.length
  await run(warmUps + 1, warmUps + rounds)
  const { statements, commits, logLines } = work.read()
  const [calls, each] = [magicHour.requests.length - callsBefore, (count: number) => count / rounds]
  return { statements: each(statements), commits: each(commits), logLines: each(logLines), calls: each(calls) }
}

const test = base.extend<{ onPostgres: TestApp }>({
  onPostgres: async ({ magicHour }, use) => {
    await using database = await createTestDatabase()
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, DATABASE_URL: database.url })
    await use(app)
  },
})

describe.each(operations)('%s', (_title, operation, cost) => {
  test('costs no more than it has to with SQLite', async ({ app, magicHour }) => {
    const { statementsOnPostgres: _ofPostgres, ...expected } = cost
    expect(await costOf(app, magicHour, operation)).toEqual(expected)
  })

  test('costs no more than it has to with PostgreSQL', async ({ onPostgres, magicHour }) => {
    const { commits, ...found } = await costOf(onPostgres, magicHour, operation)
    const { commits: _ofSqlite, statementsOnPostgres, ...expected } = cost
    expect(found).toEqual({ ...expected, statements: statementsOnPostgres ?? cost.statements })
    // Each statement by itself is a commit without a word of it.
    expect(commits).toBe(0)
  })
})
