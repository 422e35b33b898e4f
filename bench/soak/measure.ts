import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { webhookSecret } from '../../test/support/webhook-event.ts'
import { type Child, startChild } from '../comparison/child.ts'
import { type LoadFigures, loadFigures } from '../comparison/load-protocol.ts'
import { type Rig, startRig } from '../comparison/rig.ts'
import { type Server, startServer } from '../comparison/server-process.ts'
import { usageOf } from '../comparison/usage.ts'
import { type InsideFigures, builtScript, insideSetting, lookInside } from '../steady/built-gateway.ts'
import { type TrafficFigures, trafficFigures } from './traffic-protocol.ts'

/** What to do, and for how long. */
export interface SoakOptions {
  readonly seconds: number
  readonly sampleSeconds: number
  /** Requests a second; null: the share of the highest rate. */
  readonly rate: number | null
  readonly share: number
  /** How long the highest rate is looked for, first cold and then warm. */
  readonly trySeconds: { readonly cold: number; readonly warm: number }
}

/** The gateway at one moment. */
export interface Sample {
  /** Since the traffic began. */
  readonly atSeconds: number
  /** null: this system does not tell. */
  readonly rssBytes: number | null
  readonly inside: InsideFigures
  readonly dataBytes: number
  readonly traffic: TrafficFigures
}

/** What the soak came to. */
export interface SoakFigures {
  readonly pinned: Rig['pinned']
  /** Before the first request, in bytes; null: this system does not tell. */
  readonly restingRssBytes: number | null
  readonly perSecond: number
  readonly visitors: number
  readonly samples: readonly Sample[]
  /** Of all requests; null: it ended before its time. */
  readonly load: LoadFigures | null
  /** Why it ended before its time; null: it did not. */
  readonly endedBy: string | null
}

interface SoakProgress {
  readonly tell: (words: string) => void
  readonly sampled: (sample: Sample) => void
  /** Aborts when it is to end before its time, with what there is. */
  readonly signal: AbortSignal
}

/** How many subscriptions there are at a time. */
const visitors = 100
/** A program that has just started still has garbage to collect. */
const restSeconds = 10

/** Puts a fresh gateway under a mixed load, and looks at it every few seconds. */
export const soak = async (options: SoakOptions, progress: SoakProgress): Promise<SoakFigures> => {
  await using rig = await startRig()
  const dataDir = await mkdtemp(join(tmpdir(), 'soak-'))
  await using resources = new AsyncDisposableStack()
  resources.defer(() => rm(dataDir, { recursive: true, force: true }))
  const gateway = resources.use(await startGateway(rig, dataDir))
  const traffic = resources.use(startTraffic(rig))
  progress.tell(`at rest for ${restSeconds} s`)
  await setTimeout(restSeconds * 1_000)
  const resting = await usageOf(gateway.process.pid)
  const perSecond = options.rate ?? options.share * (await highestRate({ gateway, traffic }, options, progress.tell))
  progress.tell(`${Math.round(perSecond)} requests a second, and ${visitors} subscriptions that come and go`)
  const subject = { gateway, traffic, dataDir }
  const watched = await watch(subject, { ...options, perSecond }, progress)
  return { pinned: rig.pinned, restingRssBytes: resting?.rssBytes ?? null, perSecond, visitors, ...watched }
}

/** As users run it: keys passed through, the ledger on SQLite, events taken. */
const startGateway = async (rig: Rig, dataDir: string): Promise<Server> =>
  startServer({
    script: builtScript,
    folder: '.',
    environment: {
      MAGIC_HOUR_BASE_URL: `http://127.0.0.1:${rig.stubPort}`,
      MAGIC_HOUR_WEBHOOK_SECRET: webhookSecret,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
      ...(await insideSetting()),
    },
    core: rig.pinned?.server ?? null,
  })

const startTraffic = ({ pinned }: Rig): Child =>
  startChild({ folder: '.', script: ['bench/soak/traffic.ts'], environment: {}, core: pinned?.load ?? null })

interface Subject {
  readonly gateway: Server
  readonly traffic: Child
  readonly dataDir: string
}

const highestRate = async (
  { gateway: { port }, traffic }: Omit<Subject, 'dataDir'>,
  { trySeconds }: SoakOptions,
  tell: (words: string) => void,
): Promise<number> => {
  tell('looking for the highest rate of the mix')
  await traffic.ask({ kind: 'try', port, seconds: trySeconds.cold })
  const { requests, seconds } = loadFigures.parse(await traffic.ask({ kind: 'try', port, seconds: trySeconds.warm }))
  return requests / seconds
}

/** Until the time is over, the signal aborts, or something goes wrong: what was seen until then is told in any case. */
const watch = async (
  subject: Subject,
  { perSecond, seconds, sampleSeconds }: SoakOptions & { readonly perSecond: number },
  { sampled, signal }: SoakProgress,
): Promise<Pick<SoakFigures, 'samples' | 'load' | 'endedBy'>> => {
  const samples: Sample[] = []
  try {
    const order = { kind: 'begin', port: subject.gateway.port, perSecond, seconds, visitors }
    trafficFigures.parse(await subject.traffic.ask(order))
    const begun = performance.now()
    await lookInside(subject.gateway.process)
    for (let at = sampleSeconds; at <= seconds; at += sampleSeconds) {
      await setTimeout(Math.max(0, begun + at * 1_000 - performance.now()), null, { signal })
      const sample = await takeSample(subject, (performance.now() - begun) / 1_000)
      samples.push(sample)
      sampled(sample)
      if (sample.traffic.problem !== null) return { samples, load: null, endedBy: sample.traffic.problem }
    }
    const { load, problem } = trafficFigures.parse(await subject.traffic.ask({ kind: 'finish' }))
    return { samples, load, endedBy: problem }
  } catch (error) {
    // Ctrl-C in a terminal goes to all processes at once, and then they end one before the other.
    if (signal.aborted) return { samples, load: null, endedBy: 'it was asked to stop' }
    return { samples, load: null, endedBy: error instanceof Error ? error.message : String(error) }
  }
}

const takeSample = async ({ gateway, traffic, dataDir }: Subject, atSeconds: number): Promise<Sample> => {
  const usage = await usageOf(gateway.process.pid)
  return {
    atSeconds,
    rssBytes: usage?.rssBytes ?? null,
    inside: await lookInside(gateway.process),
    dataBytes: await sizeOf(dataDir),
    traffic: trafficFigures.parse(await traffic.ask({ kind: 'tell' })),
  }
}

const sizeOf = async (folder: string): Promise<number> => {
  const names = await readdir(folder)
  const files = await Promise.all(names.map((name) => stat(join(folder, name))))
  return files.reduce((sum, { size }) => sum + size, 0)
}
