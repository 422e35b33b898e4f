import { createCounter } from './counter.ts'
import { type PaidJob, type PayingUpstream, eventOf, startPayingUpstream, webhookSecret } from './paying-upstream.ts'
import { type Random, createRandom } from './random.ts'
import { type Replicas, startReplicas } from './replicas.ts'
import { type Answer, type Wish, listJobs, pursue, wishesOf } from './requests.ts'
import { type Step, stepOf } from './steps.ts'
import type { Store } from './stores.ts'

/** What many kills left behind. */
export interface History {
  readonly wishes: readonly Wish[]
  /** What Magic Hour was paid for. */
  readonly paid: readonly PaidJob[]
  /** Once every client had its answer. */
  readonly settled: Snapshot
  /** Once Magic Hour has sent all its events too, and every client has asked once more. */
  readonly healed: Snapshot
}

/** How things stood for the clients at one time. */
export interface Snapshot {
  /** The ids in the list of jobs. */
  readonly listed: ReadonlySet<string>
  /** What each was told last. */
  readonly answers: ReadonlyMap<Wish, Answer | undefined>
}

interface HistoryOptions {
  readonly rounds: number
  /** The step of the create path that the first kill comes at. */
  readonly firstStep: number
  readonly seed: number
}

/** Lets clients ask for jobs while the processes that serve them are killed, over and over. */
export const makeHistory = async (store: Store, { rounds, firstStep, seed }: HistoryOptions): Promise<History> => {
  const random = createRandom(seed)
  await using upstream = await startPayingUpstream(() => random.below(20))
  await using replicas = await startReplicas({ count: store.replicas, random, ...settings(store, upstream) })
  const events = createEvents({ upstream, replicas, random })
  const scene = { store, upstream, replicas, random }
  const wishes: Wish[] = []
  const open: Promise<unknown>[] = []
  for (let round = 0; round < rounds; round += 1) {
    const asked = wishesOf(round)
    wishes.push(...asked)
    open.push(...(await playRound(scene, stepOf(firstStep + round), asked)).map(({ answered }) => answered))
  }
  const inPeace = wishesOf(rounds)
  wishes.push(...inPeace)
  await replicas.restartOne(() => store.endLeases())
  await Promise.all([...open, ...inPeace.map((wish) => pursue(replicas, wish))])
  const settled = await takeSnapshot(replicas, wishes)
  await events.deliverAll()
  await inChunks(wishes, (wish) => (wish.idempotencyKey === null ? Promise.resolve() : pursue(replicas, wish)))
  return {
    wishes,
    paid: [...upstream.paid],
    settled,
    healed: await takeSnapshot(replicas, wishes),
  }
}

const settings = ({ environment }: Store, upstream: PayingUpstream) => ({
  authorization: 'Bearer gateway-key-of-the-shop',
  environment: {
    ...environment,
    MAGIC_HOUR_BASE_URL: upstream.url.href,
    MAGIC_HOUR_API_KEY: 'the-key-that-pays',
    MAGIC_HOUR_WEBHOOK_SECRET: webhookSecret,
    GATEWAY_KEYS: 'shop:gateway-key-of-the-shop',
  },
})

interface Scene {
  readonly store: Store
  readonly upstream: PayingUpstream
  readonly replicas: Replicas
  readonly random: Random
}

/** Resolves once the killed process has been replaced; some clients may be waiting for an answer still. */
const playRound = async (scene: Scene, step: Step, wishes: readonly Wish[]): Promise<readonly Client[]> => {
  const { upstream, replicas } = scene
  const over = new AbortController()
  const release = step.holdsAnswers === true ? upstream.hold() : () => undefined
  const replies = createCounter()
  const come = step.come({ ...scene, replies }, over.signal)
  const clients = wishes.flatMap((wish) =>
    Array.from({ length: wish.clients }, () => ({ answered: pursue(replicas, wish).then(() => replies.add()) })),
  )
  await Promise.race([come, Promise.all(clients.map(({ answered }) => answered))])
  over.abort()
  const { dead, replaced } = replicas.killOne()
  await dead
  release()
  await replaced
  return clients
}

interface Client {
  readonly answered: Promise<void>
}

/** Whoever has no key cannot ask again. */
const takeSnapshot = async (replicas: Replicas, wishes: readonly Wish[]): Promise<Snapshot> => ({
  listed: await listJobs(replicas),
  answers: new Map(wishes.map((wish) => [wish, wish.answers.at(-1)])),
})

/** One event in three comes at once, before the create is answered. What is answered 2xx is not sent again. */
const createEvents = ({
  upstream,
  replicas,
  random,
}: Pick<Scene, 'upstream' | 'replicas' | 'random'>): { deliverAll(): Promise<void> } => {
  const delivered = new Set<PaidJob>()
  const deliver = async (job: PaidJob): Promise<void> => {
    const status = await replicas.deliver(eventOf(job))
    if (status === 200) delivered.add(job)
  }
  upstream.onPaid((job) => void (random.below(3) === 0 && deliver(job)))
  return {
    deliverAll: () =>
      inChunks(
        upstream.paid.filter((job) => !delivered.has(job)),
        deliver,
      ),
  }
}

/** A few at a time: what a thousand at once would do is no question here. */
const inChunks = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  for (let from = 0; from < items.length; from += 50) await Promise.all(items.slice(from, from + 50).map(work))
}
