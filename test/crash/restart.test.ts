import { request } from 'undici'
import { expect, test } from 'vitest'
import { ask } from '../support/app.ts'
import { type StubMagicHour, startStubMagicHour } from '../support/stub-magic-hour.ts'
import { askedAbout, makeJob, untilAsked, waitForJob } from './asking.ts'
import { eventOf, webhookSecret } from './paying-upstream.ts'
import { rememberQuickRenders } from './quick-renders.ts'
import { type Replica, startReplica } from './replicas.ts'
import { type Store, stores } from './stores.ts'

/** The start of a process takes seconds on a busy machine. */
const timeout = 60_000
const authorization = 'Bearer gateway-key-of-the-shop'

const passThrough = ({ environment }: Store, { url }: StubMagicHour) => ({
  ...environment,
  MAGIC_HOUR_BASE_URL: url.href,
})

const withServerKey = (store: Store, magicHour: StubMagicHour) => ({
  ...passThrough(store, magicHour),
  MAGIC_HOUR_API_KEY: 'the-key-that-pays',
  GATEWAY_KEYS: 'shop:gateway-key-of-the-shop',
  MAGIC_HOUR_WEBHOOK_SECRET: webhookSecret,
})

const [sqlite, postgres] = stores

test.concurrent.each([
  { signal: 'SIGKILL', ...sqlite },
  { signal: 'SIGTERM', ...postgres },
] as const)(
  'after $signal, with $name, unfinished jobs are looked up without anybody asking, and who comes back waits for them as before',
  { timeout },
  async ({ signal, open }) => {
    await using store = await open()
    await store.prepare(rememberQuickRenders)
    await using magicHour = await startStubMagicHour()
    const settings = withServerKey(store, magicHour)
    await using first = await startReplica(settings)
    const ids = await Promise.all([1, 2, 3].map(() => makeJob({ replica: first, authorization })))

    first.program.process.kill(signal)
    expect(await first.program.ended).toMatchObject({ code: signal === 'SIGTERM' ? 0 : null })
    // Who is asked to stop gives back what it holds.
    if (signal === 'SIGKILL') await store.endLeases()
    const before = magicHour.requests.length
    await using second = await startReplica(settings)
    await untilAsked(magicHour, () => ids.every((id) => askedAbout(magicHour, id, before).length > 0))

    const waiting = ids.map((id) => waitForJob({ replica: second, authorization }, id))
    for (const id of ids) magicHour.set(id, 'complete')
    const answers = await Promise.all(waiting)
    expect(answers.map(({ data }) => data)).toEqual(ids.map((id) => ({ job: { id, status: 'COMPLETE' } })))
  },
)

test.concurrent.for(stores)(
  'an event that came while the create was on its way finds its job although the process died before the answer, with $name',
  { timeout },
  // `poll` has to be told which of the tests that run at once it belongs to.
  async ({ open }, { expect }) => {
    await using store = await open()
    await using magicHour = await startStubMagicHour()
    magicHour.failNextCreate(() => magicHour.set('project-lost', 'complete'))
    await using first = await startReplica(withServerKey(store, magicHour))
    const unanswered = remove(first).catch(() => null)
    await magicHour.received(1)
    expect(await sendEvent(first, 'project-lost')).toEqual({ outcome: 'KEPT' })

    first.program.process.kill('SIGKILL')
    expect(await unanswered).toBeNull()
    await store.endLeases()
    await using second = await startReplica(withServerKey(store, magicHour))

    await expect
      .poll(async () => (await remove(second)).data, { timeout: 10_000 })
      .toEqual({ removeBackground: { id: 'project-lost' } })
    expect(magicHour.count('POST', '/v1/image-background-remover')).toBe(1)
  },
)

test.concurrent(
  'with the keys of callers a job is looked up again once its caller comes back, and not before',
  { timeout },
  async () => {
    await using store = await sqlite.open()
    await store.prepare(rememberQuickRenders)
    await using magicHour = await startStubMagicHour()
    await using first = await startReplica(passThrough(store, magicHour))
    const [here, there] = [{ authorization: 'Bearer key-of-one' }, { authorization: 'Bearer key-of-another' }]
    const id = await makeJob({ replica: first, ...here })
    const interrupted = waitForJob({ replica: first, ...here }, id).catch(() => null)
    await untilAsked(magicHour, () => askedAbout(magicHour, id).length > 0)

    first.program.process.kill('SIGKILL')
    expect(await interrupted).toBeNull()
    await store.endLeases()
    const before = magicHour.requests.length
    await using second = await startReplica(passThrough(store, magicHour))
    // Somebody else's job is looked up meanwhile: this one would have been as well.
    const other = await makeJob({ replica: second, ...there })
    magicHour.set(other, 'complete')
    expect(await waitForJob({ replica: second, ...there }, other)).toMatchObject({ data: { job: { id: other } } })
    expect(askedAbout(magicHour, id, before)).toEqual([])

    magicHour.set(id, 'complete')
    const answer = await waitForJob({ replica: second, ...here }, id)
    expect(answer.data).toEqual({ job: { id, status: 'COMPLETE' } })
    expect(new Set(askedAbout(magicHour, id, before))).toEqual(new Set(['Bearer key-of-one']))
  },
)

const remove = ({ url }: Replica) => {
  const query = `mutation {
    removeBackground(assets: { imageFilePath: "https://example.com/mug.png" }, name: "Mug", idempotencyKey: "mug") { id }
  }`
  return ask(url, { query, variables: {} }, { authorization })
}

const sendEvent = async ({ url }: Replica, id: string): Promise<unknown> => {
  const event = eventOf({ id, name: 'Mug', createdAt: new Date() })
  const answer = await request(`${url}/webhooks/magic-hour`, { method: 'POST', ...event })
  return answer.body.json()
}
