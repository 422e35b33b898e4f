import { DomainError } from '../domain/errors.ts'
import type { Job } from '../domain/job.ts'
import type { EventInbox, LookupLedger, SubmissionLedger } from '../domain/ledger.ts'
import { type LookUpJob, lookupLeaseMs, pauseAfter } from '../domain/look-up-job.ts'
import type { Clock, Keyring } from '../domain/ports.ts'
import type { LearnedPlans } from './learned-plans.ts'

interface WorkerDependencies {
  readonly ledger: Pick<LookupLedger, 'claimDue' | 'nextDueAt' | 'release'> &
    Pick<SubmissionLedger, 'doubtExpired'> &
    Pick<EventInbox, 'forgetBefore'>
  readonly lookUpJob: Pick<LookUpJob, 'claimed'>
  readonly keyring: Pick<Keyring, 'keyOf' | 'accounts'>
  readonly plans: Pick<LearnedPlans, 'learn'>
  /** Takes again the events that were kept: since then the submission they are about may have become unknown. */
  readonly replayKept: () => Promise<void>
  readonly clock: Clock
  /** Names this process in its leases. */
  readonly owner: string
  /** Told of what failed. The worker goes on. */
  readonly onError: (error: unknown, what: string) => void
}

/** Looks up whatever is due, of the accounts that this process has a key of. */
export interface Worker {
  start(): void
  /** Something may be due sooner than it was: look again. */
  wake(): void
  /** Claims nothing more and waits for the look-ups under way. */
  stop(): Promise<void>
}

/** How many look-ups one process makes at a time. */
const maxAtOnce = 20
/** Other replicas' jobs whose process has died are noticed within this time. */
const idleMs = 1_000
const choresEveryMs = 30_000
const keepEventsMs = 86_400_000

/** Makes the worker. */
export const createWorker = (dependencies: WorkerDependencies): Worker => {
  const { ledger, clock, onError } = dependencies
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const pauses = createPauses(clock)
  const troubles = createTroubles((error) => onError(error, 'claiming look-ups failed; trying on'))
  let nap = new AbortController()
  let loop: Promise<void> | null = null

  const claim = async (): Promise<number | null> => {
    const accounts = pauses.without(dependencies.keyring.accounts())
    const limit = maxAtOnce - running.size
    const now = clock.now()
    const claim = { owner: dependencies.owner, now: new Date(now), until: new Date(now + lookupLeaseMs) }
    const jobs = limit > 0 ? await ledger.claimDue(accounts, { ...claim, limit }) : []
    if (stopping.signal.aborted) {
      await Promise.all(jobs.map((job) => giveBack(dependencies, job)))
      return null
    }
    for (const job of jobs) begin(job)
    if (running.size >= maxAtOnce) return null
    return (await ledger.nextDueAt(accounts, new Date(now)))?.getTime() ?? null
  }
  const begin = (job: Job): void => {
    const lookup = lookUp(dependencies, job, pauses).finally(() => {
      running.delete(lookup)
      nap.abort()
    })
    running.add(lookup)
  }
  const work = async (): Promise<void> => {
    let choresAt = clock.now()
    while (!stopping.signal.aborted) {
      nap = new AbortController()
      if (clock.now() >= choresAt) {
        choresAt = clock.now() + choresEveryMs
        await doChores(dependencies).catch((error: unknown) => onError(error, 'tidying up failed'))
      }
      const dueAtMs = await claim().then(troubles.over, troubles.tell)
      const napMs = Math.min(idleMs, (dueAtMs ?? Infinity) - clock.now())
      if (napMs > 0) await clock.sleep(napMs, AbortSignal.any([nap.signal, stopping.signal]))
    }
  }

  return {
    start: () => {
      loop ??= work()
    },
    wake: () => nap.abort(),
    stop: async () => {
      stopping.abort()
      await loop
      await Promise.allSettled(running)
    },
  }
}

const lookUp = async (dependencies: WorkerDependencies, job: Job, pauses: Pauses): Promise<void> => {
  const { lookUpJob, keyring, onError } = dependencies
  const key = keyring.keyOf(job.account)
  // Whoever brought the key has left since the job was claimed.
  const work = key === null ? giveBack(dependencies, job) : lookUpJob.claimed(job, key)
  await work.catch((error: unknown) => {
    pauses.note(job.account, error)
    if (!(error instanceof DomainError)) onError(error, 'a look-up failed')
  })
}

/** Ends the lease of a job that was not looked up: who comes back for it, here or elsewhere, need not wait until it is over. */
const giveBack = ({ ledger, owner, clock }: WorkerDependencies, job: Job): Promise<void> => {
  const now = new Date(clock.now())
  return ledger.release(job, { owner, now, answeredAt: null, dueAt: { watched: now, unwatched: now } })
}

const doChores = async ({ ledger, plans, replayKept, clock }: WorkerDependencies): Promise<void> => {
  await ledger.doubtExpired(new Date(clock.now()))
  await ledger.forgetBefore(new Date(clock.now() - keepEventsMs))
  await plans.learn()
  // Last: what cannot be taken must at least be thrown away some day.
  await replayKept()
}

/** A database that is gone is told of once, and not each second that it stays so. */
const createTroubles = (onFirst: (error: unknown) => void) => {
  let isTold = false
  return {
    over: <T>(value: T): T => {
      isTold = false
      return value
    },
    tell: (error: unknown): null => {
      if (!isTold) onFirst(error)
      isTold = true
      return null
    },
  }
}

interface Pauses {
  note(account: string, error: unknown): void
  without(accounts: readonly string[]): string[]
}

/** An account that Magic Hour throttles is left alone as a whole: the other jobs' look-ups would be refused as well. */
const createPauses = (clock: Pick<Clock, 'now'>): Pauses => {
  const until = new Map<string, number>()
  return {
    note: (account, error) => {
      if (!(error instanceof DomainError) || error.code !== 'RATE_LIMITED') return
      // Of several that were refused together the one that is to wait longest decides.
      until.set(account, Math.max(until.get(account) ?? 0, clock.now() + pauseAfter(error)))
    },
    without: (accounts) => {
      for (const [account, untilMs] of until) if (untilMs <= clock.now()) until.delete(account)
      return accounts.filter((account) => !until.has(account))
    },
  }
}
