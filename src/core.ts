import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { systemClock } from './clock.ts'
import { createAcceptedJob, createAwaitAnswer } from './domain/await-answer.ts'
import { type AskAgain, createAskAgain } from './domain/ask-again.ts'
import { createCreateUploads } from './domain/create-uploads.ts'
import { createDeleteJob } from './domain/delete-job.ts'
import { createFollowJob } from './domain/follow-job.ts'
import type { Ledger } from './domain/ledger.ts'
import { createListJobs } from './domain/list-jobs.ts'
import { createLookUpJob } from './domain/look-up-job.ts'
import type { Keyring } from './domain/ports.ts'
import { createReadDownloads } from './domain/read-downloads.ts'
import { createReadJobs } from './domain/read-jobs.ts'
import { type ReceiveEvent, createReceiveEvent } from './domain/receive-event.ts'
import { createRecordAnswer } from './domain/record-answer.ts'
import { createRecordChange } from './domain/record-change.ts'
import { createRecoverJob } from './domain/recover-job.ts'
import { createSettleSubmission } from './domain/settle-submission.ts'
import { createSubmitJob } from './domain/submit-job.ts'
import type { Hub } from './events/hub.ts'
import type { UseCases } from './graphql/context.ts'
import { linkSeal } from './ledger/link-seal.ts'
import { ticketSeal } from './ledger/ticket-seal.ts'
import type { Logger } from './logger.ts'
import type { MagicHourClient } from './upstream/client.ts'
import { createAttention } from './worker/attention.ts'
import { createLearnedPlans } from './worker/learned-plans.ts'
import { createSchedule } from './worker/schedule.ts'
import { createWorker } from './worker/worker.ts'

/** What the use cases are made from. */
export interface CoreParts {
  readonly logger: Logger
  readonly ledger: Ledger
  readonly hub: Hub
  readonly magicHour: MagicHourClient
  readonly keyring: Keyring
  /** The account of the server's own key: the one that the webhooks tell of. */
  readonly account: string
  readonly medianRenderMs: number
  readonly permanentUrl: UseCases['permanentUrl']
}

/** Everything that does the work, without any way in. */
export interface Core {
  readonly useCases: UseCases
  readonly receiveEvent: ReceiveEvent
  readonly askAgain: AskAgain
  readonly isStopping: () => boolean
  /** Sends nothing new and lets those who wait for a job go. */
  drain(): void
  /** Waits until what is under way has been recorded. */
  finish(): Promise<void>
}

/** Starts the core: it looks jobs up from now on. */
export const startCore = async (parts: CoreParts): Promise<Core> => {
  const { ledger, hub, keyring, logger, medianRenderMs } = parts
  const clock = systemClock
  const owner = randomUUID()
  const stopping = new AbortController()
  const pending = createPending()
  const onError = (error: unknown, what: string): void => logger.error({ err: error }, what)

  const plans = createLearnedPlans({ ledger, medianMs: medianRenderMs })
  await plans.learn()
  const schedule = createSchedule(() => plans.current())
  const reading = createReading(parts, { schedule, owner })
  const replayKept = (): Promise<void> => reading.receiveEvent.replayAll()
  const worker = createWorker({ ...reading, ledger, keyring, plans, replayKept, clock, owner, onError })
  const attention = createAttention({ ledger, schedule, keyring, clock, wake: () => worker.wake(), onError })
  const { readJobs } = reading
  const submitJob = createSubmitting(parts, { ...reading, schedule, isStopping: () => stopping.signal.aborted })
  worker.start()

  return {
    useCases: {
      submitJob: (caller, request) => pending.add(submitJob(caller, request)),
      readJobs,
      readDownloads: createReadDownloads({ lookUpJob: reading.lookUpJob, links: linkSeal, clock }),
      listJobs: createListJobs({ ledger }),
      deleteJob: createDeleteJob({ ...reading, magicHour: parts.magicHour, clock }),
      followJob: createFollowJob({ ledger, changes: hub, attention, readJobs, clock, stopping: stopping.signal }),
      settleSubmission: createSettleSubmission({ ledger, magicHour: parts.magicHour, schedule, clock }),
      createUploads: createCreateUploads({ magicHour: parts.magicHour, tickets: ticketSeal, clock }),
      magicHour: parts.magicHour,
      permanentUrl: parts.permanentUrl,
    },
    receiveEvent: reading.receiveEvent,
    askAgain: (projectId) => pending.add(reading.askAgain(projectId)),
    isStopping: () => stopping.signal.aborted,
    drain: () => stopping.abort(),
    finish: async () => {
      attention.stop()
      await worker.stop()
      await pending.settled()
    },
  }
}

type Schedule = ReturnType<typeof createSchedule>

const createReading = (
  { ledger, magicHour, keyring, account }: CoreParts,
  { schedule, owner }: { readonly schedule: Schedule; readonly owner: string },
) => {
  const clock = systemClock
  const recordChange = createRecordChange({ ledger })
  const recoverJob = createRecoverJob({ ledger, schedule, clock })
  const receiveEvent = createReceiveEvent({ ledger, recordChange, recoverJob, clock })
  const lookUpJob = createLookUpJob({ ledger, magicHour, recordChange, schedule, clock, owner })
  const readJobs = createReadJobs({ ledger, magicHour, lookUpJob, recoverJob, schedule, clock })
  const askAgain = createAskAgain({ ledger, lookUpJob, magicHour, receiveEvent, keyring, clock, account })
  return { recordChange, receiveEvent, lookUpJob, readJobs, askAgain }
}

const createSubmitting = (
  { ledger, hub, magicHour }: CoreParts,
  {
    readJobs,
    receiveEvent,
    schedule,
    isStopping,
  }: Pick<ReturnType<typeof createReading>, 'readJobs' | 'receiveEvent'> & {
    readonly schedule: Schedule
    readonly isStopping: () => boolean
  },
) => {
  const clock = systemClock
  const acceptedJob = createAcceptedJob({ ledger, readJobs })
  return createSubmitJob({
    ledger,
    magicHour,
    acceptedJob,
    awaitAnswer: createAwaitAnswer({ ledger, changes: hub, acceptedJob, receiveEvent, clock }),
    recordAnswer: createRecordAnswer({ ledger, receiveEvent, schedule, clock }),
    receiveEvent,
    clock,
    // In the order of time: a database then writes neighbours into one page of an index, and not each into another.
    newId: uuidv7,
    newToken,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    isStopping,
  })
}

const tokenAlphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** 13 characters of 5 bits: nobody guesses one. */
const newToken = (): string => Array.from(randomBytes(13), (byte) => tokenAlphabet[byte % 32]).join('')

/** What must be finished before the ledger is closed, whoever still waits for it. */
const createPending = () => {
  // Counted, and not held: a set that thousands enter and leave drags those who left into V8's old generation.
  let count = 0
  const waiting: (() => void)[] = []
  const leave = (): void => {
    count -= 1
    if (count === 0) for (const resolve of waiting.splice(0)) resolve()
  }
  const settled = async (): Promise<void> => {
    if (count === 0) return
    await new Promise<void>((resolve) => waiting.push(resolve))
    // Who was waiting for the last one may have begun another.
    return settled()
  }
  return {
    add: <T>(work: Promise<T>): Promise<T> => {
      count += 1
      work.then(leave, leave)
      return work
    },
    settled,
  }
}
