import { randomBytes } from 'node:crypto'
import { type Candidate, candidateCalled, candidates, yardstick } from './candidates.ts'
import { loadAnswer, type LoadFigures } from './load-protocol.ts'
import type { Options } from './options.ts'
import { type Cell, cellsOf, isCandidateFirst, warmUpsOf } from './plan.ts'
import type { ComparedCell, Measurement, Pair } from './results.ts'
import { type Rig, startRig } from './rig.ts'
import { type Subject, startSubject } from './server-process.ts'
import { type Usage, usageOf } from './usage.ts'

/** A run that failed: the figures of a server that answers wrongly are worth nothing. */
export class RunFailed extends Error {
  constructor({ name }: Candidate, { workload, connections }: Cell, problem: string) {
    super(`${name}, ${workload} at ${connections} connections: ${problem}`)
    this.name = 'RunFailed'
  }
}

/** What was measured, and on which cores. */
export interface Measured {
  readonly pairs: readonly Pair[]
  readonly pinned: Rig['pinned']
}

/**
 * Measures each candidate in pairs with the yardstick, round by round, so that what slows the machine down for a while meets all.
 *
 * @param tell  told how far it is
 */
export const measureAll = async (options: Options, tell: (words: string) => void): Promise<Measured> => {
  await using rig = await startRig()
  const chosen = candidates.filter(({ name }) => options.only.includes(name))
  const pairs: Pair[] = []
  for (let round = 0; round < options.pairs; round += 1) {
    for (const candidate of chosen) {
      tell(`pair ${round + 1} of ${options.pairs}: ${candidate.label}`)
      pairs.push(await measurePair(rig, { candidate, round, options }))
    }
  }
  return { pairs, pinned: rig.pinned }
}

interface PairPlan {
  readonly candidate: Candidate
  readonly round: number
  readonly options: Options
}

/** Both processes live side by side, and the one that is not asked does nothing; so each cell is measured twice within seconds. */
const measurePair = async (rig: Rig, { candidate, round, options }: PairPlan): Promise<Pair> => {
  await using subject = await startSubject(candidate, rig)
  await using standard = await startSubject(candidateCalled(yardstick), rig)
  const resting = await usageOf(subject.process.pid)
  for (const each of isCandidateFirst(round, 0) ? [subject, standard] : [standard, subject])
    await warmUp(rig, each, options.warmUpSeconds)

  const cells: ComparedCell[] = []
  for (const [place, cell] of cellsOf(candidate, options.connections).entries()) {
    const timed = { ...cell, seconds: options.seconds }
    const isFirst = isCandidateFirst(round, place)
    const before = isFirst ? await measureRun(rig, subject, timed) : await measureRun(rig, standard, timed)
    const after = isFirst ? await measureRun(rig, standard, timed) : await measureRun(rig, subject, timed)
    cells.push({ ...cell, candidate: isFirst ? before : after, yardstick: isFirst ? after : before })
  }
  return { candidate: candidate.name, restingRssBytes: resting?.rssBytes ?? null, cells }
}

/** Each workload once, for so long. */
export const warmUp = async (rig: Rig, subject: Subject, seconds: number): Promise<void> => {
  for (const cell of warmUpsOf(subject.candidate)) await runOnce(subject, { ...cell, seconds })
  if (!subject.candidate.workloads.includes('known-job')) return
  for (let tries = 0; tries < maxPrimings; tries += 1) {
    const calls = await rig.upstreamCalls()
    await runOnce(subject, { workload: 'known-job', connections: 32, seconds: 0.2 })
    if ((await rig.upstreamCalls()) === calls) return
  }
}

/** On a machine that is very slow, not each of the jobs that it is to know was asked for within the warm-up. */
const maxPrimings = 30

/** A cell, for so long. */
export interface TimedCell extends Cell {
  readonly seconds: number
  /** Left out: as many as go. */
  readonly perSecond?: number
  /** Whether the connections stay open for a run that follows. Default: they do not. */
  readonly keepsConnections?: boolean
}

/** A cell, with what it took of the machine. */
export const measureRun = async (rig: Rig, subject: Subject, cell: TimedCell): Promise<Measurement> => {
  const helpers = [rig.stub.pid, ...(subject.load === subject.process ? [] : [rig.load.pid])]
  const used = () => Promise.all([subject.process.pid, ...helpers].map(usageOf))
  const calls = await rig.upstreamCalls()
  const before = await used()
  const figures = await runOnce(subject, cell)
  const after = await used()
  const [cpuMs = null, ...helpersCpuMs] = before.map((usage, index) => cpuBetween(usage, after[index] ?? null))
  return {
    ...figures,
    cpuMs,
    rssBytes: after[0]?.rssBytes ?? null,
    helpersCpuMs: helpersCpuMs.reduce<number | null>((sum, ms) => (sum === null || ms === null ? null : sum + ms), 0),
    upstreamCalls: (await rig.upstreamCalls()) - calls,
  }
}

const cpuBetween = (before: Usage | null, after: Usage | null): number | null =>
  before === null || after === null ? null : after.cpuMs - before.cpuMs

/**
 * Runs the load against a process once.
 *
 * @throws RunFailed
 */
export const runOnce = async ({ candidate, load, port }: Subject, cell: TimedCell): Promise<LoadFigures> => {
  const order = { ...cell, port, dialect: candidate.dialect, run: randomBytes(4).toString('hex') }
  const answer = loadAnswer.parse(await load.ask(order))
  if ('problem' in answer) throw new RunFailed(candidate, cell, answer.problem)
  return answer
}
