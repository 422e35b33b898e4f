import { onTestFinished } from 'vitest'
import type { Ledger } from '../../src/domain/ledger.ts'
import type { CreatedImage, ImageRequest, MagicHour } from '../../src/domain/ports.ts'
import type { ReadJobs } from '../../src/domain/read-jobs.ts'
import type { SubmitRequest } from '../../src/domain/submit-job.ts'
import type { Hub } from '../../src/events/hub.ts'
import { aCaller } from '../support/builders.ts'
import { openTestLedger, submittingOver } from '../support/ledger.ts'
import { type TestClock, createTestClock } from '../support/test-clock.ts'

/** What a caller asks for. */
export const aRequest = (changes: Partial<SubmitRequest> = {}): SubmitRequest => ({
  imageFilePath: 'https://example.com/a.png',
  backgroundImageFilePath: null,
  name: null,
  idempotencyKey: null,
  ...changes,
})

interface SetUp {
  createImage?: MagicHour['createImage']
  /** Another process on the same ledger. */
  beside?: { readonly stored: Ledger; readonly hub: Hub; readonly clock: TestClock }
  /** What the ledger does differently. */
  broken?: Partial<Ledger>
  readJobs?: ReadJobs
}

/** The use case over a ledger, with a create that answers as told and writes down what happens in which order. */
export const setUp = async ({ createImage, beside, broken = {}, readJobs }: SetUp = {}) => {
  const steps: string[] = []
  const sent: ImageRequest[] = []
  const opened = beside ?? (await openLedger())
  const { stored, hub, clock } = opened
  const ledger: Ledger = { ...stored, ...broken }
  const note = async <T>(step: string, done: Promise<T>): Promise<T> => {
    const value = await done
    steps.push(step)
    return value
  }
  const stopping = { now: false }
  const { submitJob, receiveEvent } = submittingOver({
    ledger: {
      ...ledger,
      begin: (intent) => note('intent recorded', ledger.begin(intent)),
      accept: (id, job, dueAt) => note('answer recorded', ledger.accept(id, job, dueAt)),
    },
    hub,
    clock,
    createImage: async (apiKey, request, signal) => {
      steps.push('sent')
      sent.push(request)
      return createImage === undefined ? created(`project-${sent.length}`) : createImage(apiKey, request, signal)
    },
    ...(readJobs !== undefined && { readJobs }),
    isStopping: () => stopping.now,
  })
  return { submitJob, receiveEvent, steps, sent, stored, hub, clock, stopping }
}

/** A ledger that is closed with the test, and a clock that stands still. */
export const openLedger = async () => {
  const opened = await openTestLedger()
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return { stored: opened.ledger, hub: opened.hub, clock: createTestClock({ skipUpToMs: -1 }) }
}

/** Moves the clock on, step by step, until something that waits for it has ended. */
export const untilSettled = async (work: Promise<unknown>, clock: TestClock, stepMs: number): Promise<void> => {
  const settled = work.then(
    () => true,
    () => true,
  )
  const tick = (): Promise<boolean> => new Promise((resolve) => setImmediate(resolve, false))
  while (!(await Promise.race([settled, tick()]))) clock.advance(stepMs)
}

/** What Magic Hour answers to a create. */
export const created = (id: string): CreatedImage => ({ id, creditsCharged: 5, frameCost: null })
/** Who asks. */
export const caller = aCaller()
