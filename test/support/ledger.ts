import { createHash } from 'node:crypto'
import { createAcceptedJob, createAwaitAnswer } from '../../src/domain/await-answer.ts'
import type { Ledger } from '../../src/domain/ledger.ts'
import type { Clock, MagicHour, Schedule } from '../../src/domain/ports.ts'
import type { ReadJobs } from '../../src/domain/read-jobs.ts'
import { createReceiveEvent } from '../../src/domain/receive-event.ts'
import { createRecordAnswer } from '../../src/domain/record-answer.ts'
import { createRecordChange } from '../../src/domain/record-change.ts'
import { createRecoverJob } from '../../src/domain/recover-job.ts'
import { createSubmitJob } from '../../src/domain/submit-job.ts'
import { type Hub, createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'

/** A ledger in memory, with who hears of its changes. */
export const openTestLedger = async (): Promise<{ ledger: Ledger; hub: Hub } & AsyncDisposable> => {
  const database = openSqlite('memory:')
  await migrate(database)
  const hub = createHub()
  return { ledger: createLedger(database, hub), hub, [Symbol.asyncDispose]: () => database.close() }
}

/** A schedule by which nothing is ever due. */
export const neverDue: Schedule = { dueAt: () => null }

interface SubmittingParts {
  readonly ledger: Ledger
  readonly hub: Hub
  readonly clock: Clock
  readonly createImage: MagicHour['createImage']
  readonly readJobs?: ReadJobs
  readonly isStopping?: () => boolean
}

/** The use case with all that belongs to it, over a ledger. */
export const submittingOver = ({ ledger, hub, clock, createImage, ...rest }: SubmittingParts) => {
  const { readJobs = (reader, ids) => ledger.find(reader.tenant, ids), isStopping = () => false } = rest
  const schedule = neverDue
  const recordChange = createRecordChange({ ledger })
  const recoverJob = createRecoverJob({ ledger, schedule, clock })
  const receiveEvent = createReceiveEvent({ ledger, recordChange, recoverJob, clock })
  const acceptedJob = createAcceptedJob({ ledger, readJobs })
  const submitJob = createSubmitJob({
    ledger,
    magicHour: { createImage },
    acceptedJob,
    awaitAnswer: createAwaitAnswer({ ledger, changes: hub, acceptedJob, receiveEvent, clock }),
    recordAnswer: createRecordAnswer({ ledger, receiveEvent, schedule, clock }),
    receiveEvent,
    clock,
    newId: () => crypto.randomUUID(),
    newToken: () => 'abcdefghijklm'.replaceAll(/./g, () => 'abcdefgh234567'[Math.floor(Math.random() * 14)] ?? 'a'),
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    isStopping,
  })
  return { submitJob, receiveEvent }
}
