import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type TestApp, startApp } from '../support/app.ts'
import { holdNextCreate } from '../support/held-create.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { type StubMagicHour, startStubMagicHour } from '../support/stub-magic-hour.ts'
import { json } from '../support/stub-server.ts'
import { outcomeOf, overEvents, overWebSocket } from '../support/subscribe.ts'

const key = { authorization: 'Bearer gateway-key-of-the-shop' }
const remove = `mutation ($key: String, $url: String!) {
  removeBackground(assets: { imageFilePath: $url }, idempotencyKey: $key) { id status }
}`
const image = { url: 'https://example.com/a.png' }
const watch = 'subscription { jobUpdated(id: "project-1") { status } }'
const create = '/v1/image-background-remover'
const projects = '/v1/image-projects'

interface Replicas extends AsyncDisposable {
  readonly magicHour: StubMagicHour
  readonly one: TestApp
  readonly two: TestApp
}

/** Two servers on one PostgreSQL, over one Magic Hour. */
const startReplicas = async (): Promise<Replicas> => {
  const magicHour = await startStubMagicHour()
  const database = await createTestDatabase()
  const settings = {
    MAGIC_HOUR_BASE_URL: magicHour.url.href,
    MAGIC_HOUR_API_KEY: 'mhk_test_server',
    GATEWAY_KEYS: 'shop:gateway-key-of-the-shop',
    DATABASE_URL: database.url,
  }
  const [one, two] = await Promise.all([startApp(settings), startApp(settings)])
  return {
    magicHour,
    one,
    two,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([one.stop(), two.stop()])
      await database[Symbol.asyncDispose]()
      await magicHour[Symbol.asyncDispose]()
    },
  }
}

const stateOf = z.object({ data: z.object({ jobUpdated: z.object({ status: z.string() }) }) })
const statusIn = (result: object): string => stateOf.parse(result).data.jobUpdated.status

describe('two servers on one database', () => {
  test('tell a thousand subscribers of one job each state once and in order, for the GETs of one poller', async () => {
    await using replicas = await startReplicas()
    const { magicHour, one, two } = replicas
    await one.ask(remove, image, key)
    // The first look-up tells the number of images, which is a change of its own.
    await expect
      .poll(async () => (await one.ask('{ job(id: "project-1") { imageCount } }', {}, key)).data, { timeout: 15_000 })
      .toEqual({ job: { imageCount: 1 } })
    const kinds = [overWebSocket, overWebSocket, overWebSocket, overWebSocket, overEvents]
    const clients = [one, one, two, two].flatMap(({ url }) => kinds.map((open) => open(url, key.authorization)))
    // 50 subscriptions of each of 20 clients.
    const begun = Array.from({ length: 1_000 }, () => Promise.withResolvers<void>())
    const subscribers = begun.map(async ({ resolve }, index) => {
      const states: string[] = []
      const iterator = clients[index % clients.length]?.iterate(watch) ?? []
      for await (const result of iterator) {
        states.push(statusIn(result))
        resolve()
      }
      return states
    })
    await Promise.all(begun.map(({ promise }) => promise))
    const getsBefore = magicHour.count('GET', projects)
    magicHour.set('project-1', 'rendering')
    await expect
      .poll(async () => (await two.ask('{ job(id: "project-1") { status } }', {}, key)).data, { timeout: 15_000 })
      .toEqual({ job: { status: 'RENDERING' } })
    magicHour.set('project-1', 'complete')
    const heard = await Promise.all(subscribers)
    for (const client of clients) client[Symbol.dispose]()

    expect(new Set(heard.map((states) => states.join(' ')))).toEqual(new Set(['QUEUED RENDERING COMPLETE']))
    // One poller asks at the ages of its plan; a thousand, or two, would not fit.
    expect(magicHour.count('GET', projects) - getsBefore).toBeLessThan(20)
  }, 60_000)

  test('send a call with one key once, whichever of them is asked, and both answer with its job', async () => {
    await using replicas = await startReplicas()
    const { magicHour, one, two } = replicas
    const release = holdNextCreate(magicHour)
    const answers = [one, two, one, two].map((app) => app.ask(remove, { ...image, key: 'order-7' }, key))
    await magicHour.received(1)
    release()
    const jobs = await Promise.all(answers)
    expect(jobs.map(({ data }) => data)).toMatchObject(jobs.map(() => ({ removeBackground: { id: 'held-1' } })))
    expect(magicHour.count('POST', create)).toBe(1)
  })

  test('give a key that was refused free for both', async () => {
    await using replicas = await startReplicas()
    const { magicHour, one, two } = replicas
    magicHour.failNextCreate(json(402, { message: 'Payment required' }))
    expect((await one.ask(remove, { ...image, key: 'order-8' }, key)).errors).toHaveLength(1)
    expect((await two.ask(remove, { ...image, key: 'order-8' }, key)).data).toMatchObject({
      removeBackground: { id: 'project-1' },
    })
  })

  test('know of each other that an outcome is unknown, and send nothing more', async () => {
    await using replicas = await startReplicas()
    const { magicHour, one, two } = replicas
    magicHour.failNextCreate((response) => response.destroy())
    for (const app of [one, two]) {
      const { errors } = await app.ask(remove, { ...image, key: 'order-9' }, key)
      expect(errors[0]?.extensions).toMatchObject({ code: 'SUBMISSION_UNKNOWN', charged: 'UNKNOWN' })
    }
    expect(magicHour.count('POST', create)).toBe(1)
  })

  test('show one list', async () => {
    await using replicas = await startReplicas()
    const { one, two } = replicas
    await one.ask(remove, image, key)
    await two.ask(remove, image, key)
    const lists = await Promise.all([one, two].map((app) => app.ask('{ jobs { nodes { id } } }', {}, key)))
    expect(lists.map(({ data }) => data)).toEqual([
      { jobs: { nodes: [{ id: 'project-2' }, { id: 'project-1' }] } },
      { jobs: { nodes: [{ id: 'project-2' }, { id: 'project-1' }] } },
    ])
  })

  test('let who waits at one hear of what the other one found out', async () => {
    await using replicas = await startReplicas()
    const { magicHour, one, two } = replicas
    await one.ask(remove, image, key)
    const subscriber = overWebSocket(two.url, key.authorization)
    const heard = outcomeOf(subscriber.iterate(watch))
    const waiting = one.ask('{ job(id: "project-1", waitForSeconds: 30) { status } }', {}, key)
    magicHour.set('project-1', 'complete')
    expect((await waiting).data).toEqual({ job: { status: 'COMPLETE' } })
    const { results } = await heard
    expect(results.map(statusIn).at(-1)).toBe('COMPLETE')
    subscriber[Symbol.dispose]()
  })
})
