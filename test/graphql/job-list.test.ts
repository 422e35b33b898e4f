import { cp } from 'node:fs/promises'
import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import { z } from 'zod'
import type { JobStatus } from '../../src/domain/job.ts'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import { temporaryFolder } from '../ledger/databases.ts'
import { test as base } from '../support/app-test.ts'
import { type TestApp, startApp } from '../support/app.ts'
import { aJob } from '../support/builders.ts'

const shop = { authorization: 'Bearer key-of-the-shop-0001' }
const studio = { authorization: 'Bearer key-of-the-studio-01' }
const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const list = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: JobFilter) {
  jobs(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

const page = z.object({
  jobs: z.object({
    edges: z.array(z.object({ cursor: z.string(), node: z.object({ id: z.string() }) })),
    nodes: z.array(z.object({ id: z.string() })),
    pageInfo: z.object({
      hasNextPage: z.boolean(),
      hasPreviousPage: z.boolean(),
      startCursor: z.string().nullable(),
      endCursor: z.string().nullable(),
    }),
  }),
})
const made = Date.UTC(2026, 0, 1)
/** The ids of the shop's jobs, the newest first: made a second apart, three at each moment. */
const all = Array.from({ length: 120 }, (_, index) => `job-${String(119 - index).padStart(3, '0')}`)
const statuses: JobStatus[] = ['COMPLETE', 'ERROR', 'CANCELED']

/** Fills a database as the app would: 120 finished jobs of the shop, and 5 of the studio. */
const fill = async (folder: string): Promise<void> => {
  const database = openSqlite(folder)
  await sql`pragma synchronous = off`.execute(database.db)
  await migrate(database)
  const ledger = createLedger(database, createHub())
  for (const [index, id] of all.toReversed().entries()) {
    const createdAt = new Date(made + Math.floor(index / 3) * 1_000)
    const name = index % 10 === 0 ? `Größe ${index}%` : `Mug ${index}`
    await ledger.adopt(aJob(statuses[index % 3], { id, tenant: 'gateway:shop', createdAt, name }), null)
  }
  for (let index = 0; index < 5; index += 1)
    await ledger.adopt(aJob('COMPLETE', { id: `studio-${index}`, tenant: 'gateway:studio', name: 'Mug' }), null)
  await database.close()
}

const test = base.extend<{ filled: string; server: TestApp }>({
  filled: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are needed
    async ({}, use) => {
      await using folder = await temporaryFolder()
      await fill(folder.path)
      await use(folder.path)
    },
    { scope: 'file' },
  ],
  server: async ({ filled, magicHour }, use) => {
    await using folder = await temporaryFolder()
    await cp(filled, folder.path, { recursive: true })
    await using server = await startApp({
      MAGIC_HOUR_BASE_URL: magicHour.url.href,
      MAGIC_HOUR_API_KEY: 'mhk_live_of_the_server',
      GATEWAY_KEYS: 'shop:key-of-the-shop-0001,studio:key-of-the-studio-01',
      DATA_DIR: folder.path,
    })
    await use(server)
  },
})

const ask = async (app: TestApp, variables: Record<string, unknown> = {}, headers = shop) => {
  const { jobs } = page.parse((await app.ask(list, variables, headers)).data)
  const ids = jobs.nodes.map(({ id }) => id)
  expect(jobs.edges.map(({ node }) => node.id)).toEqual(ids)
  expect([jobs.pageInfo.startCursor, jobs.pageInfo.endCursor]).toEqual([
    jobs.edges.at(0)?.cursor ?? null,
    jobs.edges.at(-1)?.cursor ?? null,
  ])
  return { ids, ...jobs.pageInfo, cursors: jobs.edges.map(({ cursor }) => cursor) }
}
const cursorOf = (text: string): string => Buffer.from(text).toString('base64url')
const refusal = async (app: TestApp, variables: Record<string, unknown>) => {
  const { data, errors } = await app.ask(list, variables, shop)
  return { data, code: errors[0]?.extensions['code'], message: errors[0]?.message ?? '' }
}

describe('the list of jobs', () => {
  test('begins with the newest 20, and asks Magic Hour nothing', async ({ server, magicHour }) => {
    expect(await ask(server)).toMatchObject({ ids: all.slice(0, 20), hasNextPage: true, hasPreviousPage: false })
    expect(magicHour.requests).toEqual([])
  })

  test('is read whole from either end, page by page, though jobs are made meanwhile', async ({ server }) => {
    const forwards: string[] = []
    let after: string | null = null
    for (let more = true; more;) {
      const next = await ask(server, { first: 50, after })
      forwards.push(...next.ids)
      expect(next.hasPreviousPage).toBe(after !== null)
      ;[after, more] = [next.endCursor, next.hasNextPage]
      await server.ask(remove, {}, shop)
    }
    expect(forwards).toEqual(all)

    const backwards: string[] = []
    let before: string | null = null
    for (let more = true; more;) {
      const next = await ask(server, { last: 50, before })
      backwards.unshift(...next.ids)
      expect(next.hasNextPage).toBe(before !== null)
      ;[before, more] = [next.startCursor, next.hasPreviousPage]
    }
    expect(backwards).toEqual(['project-3', 'project-2', 'project-1', ...all])
  })

  test('goes on from each job alike, also from one of several that were made at one moment', async ({ server }) => {
    const { cursors } = await ask(server, { first: 6 })
    for (const [index, after] of cursors.entries()) {
      expect((await ask(server, { first: 2, after })).ids).toEqual(all.slice(index + 1, index + 3))
      expect((await ask(server, { last: 2, before: after })).ids).toEqual(all.slice(Math.max(0, index - 2), index))
    }
  })

  test('has pages of 0 to 100', async ({ server }) => {
    expect(await ask(server, { first: 0 })).toMatchObject({ ids: [], hasNextPage: true, startCursor: null })
    expect(await ask(server, { last: 0 })).toMatchObject({ ids: [], hasPreviousPage: true })
    expect((await ask(server, { first: 100 })).ids).toEqual(all.slice(0, 100))
    expect((await ask(server, { last: 100 })).ids).toEqual(all.slice(20))
  })

  test('is each tenant’s own', async ({ server }) => {
    const { ids, endCursor } = await ask(server, {}, studio)
    expect(ids).toEqual(['studio-4', 'studio-3', 'studio-2', 'studio-1', 'studio-0'])
    // A cursor names a place in time, and gives nothing away.
    expect((await ask(server, { first: 100, after: endCursor })).ids.filter((id) => id.startsWith('studio'))).toEqual(
      [],
    )
  })

  test.for([
    ['more than 100', { first: 101 }, 'first'],
    ['less than nothing', { first: -1 }, 'first'],
    ['more than 100 backwards', { last: 101 }, 'last'],
    ['an empty cursor', { after: '' }, 'after'],
    ['a cursor that is none', { after: 'abc' }, 'after'],
    ['a cursor of another shape', { before: 'eyJhIjoxfQ' }, 'before'],
    ['a cursor with half a millisecond', { after: cursorOf('[1.5,"job-1"]') }, 'after'],
    ['a cursor with a date in words', { after: cursorOf('["2026","job-1"]') }, 'after'],
    ['a cursor with too much in it', { before: cursorOf('[1,"a","b"]') }, 'before'],
    ['a cursor beyond all time', { before: cursorOf('[9e15,"job-1"]') }, 'before'],
    ['a long part of a name', { filter: { name: 'x'.repeat(256) } }, 'filter.name'],
  ] as const)('refuses %s, by its name', async ([, variables, name], { server }) => {
    const { data, code, message } = await refusal(server, variables)
    expect([data, code, message.split(':')[0]]).toEqual([{ jobs: null }, 'BAD_USER_INPUT', name])
  })

  test('refuses to go both ways at once', async ({ server }) => {
    const { startCursor: cursor } = await ask(server)
    for (const mixed of [
      { first: 1, last: 1 },
      { after: cursor, before: cursor },
      { first: 1, before: cursor },
    ])
      expect(await refusal(server, mixed)).toMatchObject({ data: { jobs: null }, code: 'BAD_USER_INPUT' })
  })

  test('refuses what no database can hold, and says which argument it is', async ({ server }) => {
    const poisoned = Buffer.from(JSON.stringify([0, 'a\0'])).toString('base64url')
    for (const [variables, argument] of [
      [{ filter: { name: 'a\0' } }, 'filter.name'],
      [{ after: poisoned }, 'after'],
      [{ first: 1, last: 1 }, 'last'],
      [{ filter: { status: Array.from({ length: 101 }, () => 'ERROR') } }, 'filter.status'],
    ] as const) {
      const { errors } = await server.ask(list, variables, shop)
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
      expect(errors[0]?.message).toMatch(new RegExp(`^${argument}: `))
    }
  })

  test('refuses who says not who they are', async ({ server }) => {
    const { data, errors } = await server.ask(list)
    expect([data, errors[0]?.extensions['code']]).toEqual([{ jobs: null }, 'UNAUTHENTICATED'])
  })
})

describe('a filter', () => {
  const count = async (app: TestApp, filter: Record<string, unknown>): Promise<number> =>
    (await ask(app, { first: 100, filter })).ids.length

  test.for([
    ['one status', { status: ['ERROR'] }, 40],
    ['two', { status: ['ERROR', 'CANCELED'] }, 80],
    ['none', { status: [] }, 0],
    ['a time', { createdFrom: '2026-01-01T00:00:38Z' }, 6],
    ['a range, without its end', { createdFrom: '2026-01-01T00:00:10Z', createdBefore: '2026-01-01T00:00:12Z' }, 6],
    ['a part of the name, in any case', { name: 'GRÖSSE' }, 12],
    ['a name with what is a wildcard elsewhere', { name: '0%' }, 12],
    ['a name that is only a wildcard elsewhere', { name: '_' }, 0],
    ['a name and a status', { name: 'größe', status: ['COMPLETE'] }, 4],
  ] as const)('leaves those of %s', async ([, filter, expected], { server }) => {
    expect(await count(server, filter)).toBe(expected)
  })

  test('holds on every page', async ({ server }) => {
    const filter = { status: ['ERROR'] }
    const first = await ask(server, { first: 30, filter })
    const second = await ask(server, { first: 30, after: first.endCursor, filter })
    expect([first.ids.length, second.ids.length, second.hasNextPage]).toEqual([30, 10, false])
    expect(new Set([...first.ids, ...second.ids]).size).toBe(40)
  })
})
