import { createAskAgain } from '../../src/domain/ask-again.ts'
import { createFollowJob } from '../../src/domain/follow-job.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Ledger } from '../../src/domain/ledger.ts'
import { createLookUpJob } from '../../src/domain/look-up-job.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { createReadDownloads } from '../../src/domain/read-downloads.ts'
import { createReadJobs } from '../../src/domain/read-jobs.ts'
import { createReceiveEvent } from '../../src/domain/receive-event.ts'
import { createRecordAnswer } from '../../src/domain/record-answer.ts'
import { createRecordChange } from '../../src/domain/record-change.ts'
import { createRecoverJob } from '../../src/domain/recover-job.ts'
import type { Hub } from '../../src/events/hub.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'
import { createAttention } from '../../src/worker/attention.ts'
import { createKeyring } from '../../src/worker/keyring.ts'
import { createLearnedPlans } from '../../src/worker/learned-plans.ts'
import { createSchedule } from '../../src/worker/schedule.ts'
import { aCaller } from '../support/builders.ts'
import type { TestClock } from '../support/test-clock.ts'
import { openLedger } from './submitting.ts'

/** What Magic Hour answers about a project; an error is thrown. */
export type Answer = UpstreamState | Error | null | Promise<UpstreamState | null>

interface Replica {
  /** What another process shares with this one. */
  readonly beside?: { readonly stored: Ledger; readonly hub: Hub; readonly clock: TestClock }
  readonly answer?: (id: string) => Answer
  /** What the ledger does differently. */
  readonly broken?: Partial<Ledger>
}

/** The use cases that read and change jobs, as one process has them, over a ledger and a Magic Hour that answers as told. */
export const openReplica = async ({ beside, answer = () => null, broken = {} }: Replica = {}) => {
  const { stored, hub, clock } = beside ?? (await openLedger())
  const ledger: Ledger = { ...stored, ...broken }
  const asked: string[] = []
  const getImageDetails = async (apiKey: { reveal(): string }, id: string): Promise<UpstreamState | null> => {
    asked.push(`${id} ${apiKey.reveal()}`)
    const said = await answer(id)
    if (said instanceof Error) throw said
    return said
  }
  const magicHour = { getImageDetails }
  const plans = createLearnedPlans({ ledger: stored, medianMs: 4_000 })
  const schedule = createSchedule(() => plans.current())
  const { account, apiKey } = aCaller()
  const keyring = createKeyring({ account, key: apiKey })
  const recordChange = createRecordChange({ ledger })
  const recoverJob = createRecoverJob({ ledger, schedule, clock })
  const receiveEvent = createReceiveEvent({ ledger, recordChange, recoverJob, clock })
  const owner = crypto.randomUUID()
  const lookUpJob = createLookUpJob({ ledger, magicHour, recordChange, schedule, clock, owner })
  const readJobs = createReadJobs({ ledger, magicHour, lookUpJob, recoverJob, schedule, clock })
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const attention = createAttention({ ledger, schedule, keyring, clock, wake: () => undefined, onError })
  const stopping = new AbortController()
  return {
    stored,
    hub,
    clock,
    asked,
    errors,
    owner,
    plans,
    schedule,
    keyring,
    stopping,
    recordChange,
    receiveEvent,
    lookUpJob,
    readJobs,
    recordAnswer: createRecordAnswer({ ledger, receiveEvent, schedule, clock }),
    readDownloads: createReadDownloads({ lookUpJob, links: linkSeal, clock }),
    askAgain: createAskAgain({ ledger, lookUpJob, magicHour, receiveEvent, keyring, clock, account }),
    followJob: createFollowJob({ ledger, changes: hub, attention, readJobs, clock, stopping: stopping.signal }),
    attention,
  }
}

/** Puts a job into a ledger and has it looked up when it is due; the job. */
export const put = (stored: Ledger, job: Job, dueAt: Date | null = null): Promise<Job> => stored.adopt(job, dueAt)

/** The job as the ledger has it. */
export const storedJob = async (stored: Ledger, { tenant, id }: Pick<Job, 'tenant' | 'id'>): Promise<Job | undefined> =>
  (await stored.find(tenant, [id]))[0]
