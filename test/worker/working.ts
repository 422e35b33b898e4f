import { onTestFinished } from 'vitest'
import type { Ledger } from '../../src/domain/ledger.ts'
import { createWorker } from '../../src/worker/worker.ts'
import { openReplica } from '../domain/looking-up.ts'

type Replica = Awaited<ReturnType<typeof openReplica>>

interface Process {
  /** Another process on the same ledger. */
  readonly beside?: Replica
  readonly answer?: NonNullable<Parameters<typeof openReplica>[0]>['answer']
  /** What the ledger of the worker does differently. */
  readonly broken?: (replica: Replica) => Partial<Ledger>
}

/** A process with a worker that has not been started, and what the worker asks of the ledger. It is stopped with the test. */
export const openProcess = async ({ beside, answer, broken = () => ({}) }: Process = {}) => {
  const replica = await openReplica({ ...(beside && { beside }), ...(answer && { answer }) })
  const { stored, lookUpJob, keyring, plans, clock, owner, receiveEvent } = replica
  const calls: string[] = []
  const errors: string[] = []
  const count = <T>(name: string, made: Promise<T>): Promise<T> => {
    calls.push(name)
    return made
  }
  const ledger: Ledger = { ...stored, ...broken(replica) }
  const worker = createWorker({
    ledger: {
      claimDue: (accounts, claim) => count('claimDue', ledger.claimDue(accounts, claim)),
      nextDueAt: (accounts, now) => count('nextDueAt', ledger.nextDueAt(accounts, now)),
      release: (job, lookup) => count('release', ledger.release(job, lookup)),
      doubtExpired: (now) => count('doubtExpired', ledger.doubtExpired(now)),
      forgetBefore: (now) => count('forgetBefore', ledger.forgetBefore(now)),
    },
    lookUpJob,
    keyring,
    plans,
    replayKept: () => receiveEvent.replayAll(),
    clock,
    owner,
    onError: (error, what) => void errors.push(`${what}: ${String(error)}`),
  })
  onTestFinished(() => worker.stop())
  return { ...replica, worker, calls, errors }
}

/** Lets everything happen that can happen at this moment. Nothing here waits for anything but the clock and the test. */
export const untilStill = async ({ calls, asked }: { calls: readonly string[]; asked: readonly string[] }) => {
  let before = -1
  while (before !== calls.length + asked.length) {
    before = calls.length + asked.length
    // A group of writes waits four turns for others, and some of what happens here writes several times.
    for (let turn = 0; turn < 24; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Moves the clock on, and lets everything happen. */
export const advance = async (process: Awaited<ReturnType<typeof openProcess>>, ms: number): Promise<void> => {
  process.clock.advance(ms)
  await untilStill(process)
}
