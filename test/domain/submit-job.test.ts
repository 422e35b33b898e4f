import { describe, expect, test } from 'vitest'
import { InsufficientCredits, SubmissionUnknown, UpstreamUnavailable } from '../../src/domain/errors.ts'
import type { CreatedImage, JobLedger, MagicHour } from '../../src/domain/ports.ts'
import type { ReadJobs } from '../../src/domain/read-jobs.ts'
import { type SubmitRequest, createSubmitJob } from '../../src/domain/submit-job.ts'
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts'
import { aCaller, aJob } from '../support/builders.ts'

const aRequest = (changes: Partial<SubmitRequest> = {}): SubmitRequest => ({
  imageFilePath: 'https://example.com/a.png',
  backgroundImageFilePath: null,
  name: null,
  idempotencyKey: null,
  ...changes,
})

/** The use case over a ledger, with a create that answers as told and writes down what happens in which order. */
const setUp = ({
  createImage,
  ledger = createMemoryLedger(),
  readJobs = (reader, ids) => ledger.find(reader.tenant, ids),
}: { createImage?: MagicHour['createImage']; ledger?: JobLedger; readJobs?: ReadJobs } = {}) => {
  const steps: string[] = []
  const noted: JobLedger = {
    ...ledger,
    begin: (intent) => note('intent recorded', ledger.begin(intent)),
    settle: (id, outcome, job) => note(`${outcome.state} recorded`, ledger.settle(id, outcome, job)),
  }
  const note = async <T>(step: string, done: Promise<T>): Promise<T> => {
    const value = await done
    steps.push(step)
    return value
  }
  const stopping = { now: false }
  const submitJob = createSubmitJob({
    ledger: noted,
    magicHour: {
      createImage: async (...args) => {
        steps.push('sent')
        return createImage === undefined ? created(`project-${steps.length}`) : createImage(...args)
      },
    },
    readJobs,
    clock: { now: () => Date.UTC(2026, 0, 1) },
    newId: () => crypto.randomUUID(),
    hash: (text) => text,
    isStopping: () => stopping.now,
  })
  return { submitJob, steps, ledger, stopping, sent: () => steps.filter((step) => step === 'sent').length }
}
const created = (id: string): CreatedImage => ({ id, creditsCharged: 5, frameCost: null })
const caller = aCaller()

describe('a submission', () => {
  test('is recorded before it is sent, and its answer before the caller hears of it', async () => {
    const { submitJob, steps } = setUp()
    await submitJob(caller, aRequest())
    expect(steps).toEqual(['intent recorded', 'sent', 'ACCEPTED recorded'])
  })

  test('whose intent cannot be recorded is not sent', async () => {
    const ledger = { ...createMemoryLedger(), begin: () => Promise.reject(new RangeError('disk full')) }
    const { submitJob, sent } = setUp({ ledger })
    await expect(submitJob(caller, aRequest())).rejects.toThrow('disk full')
    expect(sent()).toBe(0)
  })

  test('whose answer cannot be recorded brings the id of the paid job out with the error', async () => {
    const ledger = { ...createMemoryLedger(), settle: () => Promise.reject(new RangeError('disk full')) }
    const { submitJob } = setUp({ ledger, createImage: () => Promise.resolve(created('paid-1')) })
    await expect(submitJob(caller, aRequest())).rejects.toMatchObject({ code: 'JOB_NOT_RECORDED', jobId: 'paid-1' })
  })

  test('that fails in a way nobody foresaw may have been charged', async () => {
    const { submitJob } = setUp({ createImage: () => Promise.reject(new TypeError('a bug of ours')) })
    await expect(submitJob(caller, aRequest())).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
  })

  test('is not sent any more once the program is stopping', async () => {
    const { submitJob, stopping, sent } = setUp()
    stopping.now = true
    await expect(submitJob(caller, aRequest())).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    expect(sent()).toBe(0)
  })

  test('that is answered with the id of a job that has gone on does not set the job back', async () => {
    const { submitJob, ledger } = setUp({ createImage: () => Promise.resolve(created('job-1')) })
    await ledger.adopt(aJob('COMPLETE'))
    await submitJob(caller, aRequest())
    expect(await ledger.find('tenant-1', ['job-1'])).toMatchObject([{ status: 'COMPLETE' }])
  })

  test('without a key is a new job each time', async () => {
    const { submitJob, sent } = setUp()
    const jobs = await Promise.all([submitJob(caller, aRequest()), submitJob(caller, aRequest())])
    expect([sent(), new Set(jobs.map(({ id }) => id)).size]).toEqual([2, 2])
  })
})

describe('the same idempotency key', () => {
  const request = aRequest({ idempotencyKey: 'order-7' })

  test('again is the same job, paid once', async () => {
    const { submitJob, sent } = setUp()
    const first = await submitJob(caller, request)
    expect(await submitJob(caller, request)).toEqual(first)
    expect(sent()).toBe(1)
  })

  test('again is the job as it is by now', async () => {
    const { submitJob } = setUp({ readJobs: () => Promise.resolve([aJob('COMPLETE')]) })
    expect(await submitJob(caller, request)).toMatchObject({ status: 'QUEUED' })
    expect(await submitJob(caller, request)).toMatchObject({ status: 'COMPLETE' })
  })

  test.for([
    ['cannot be reached', new UpstreamUnavailable()],
    ['does not find it', null],
  ] as const)('again is the paid job also while Magic Hour %s', async ([, answer]) => {
    const { submitJob } = setUp({ readJobs: () => Promise.resolve([answer]) })
    const first = await submitJob(caller, request)
    expect(await submitJob(caller, request)).toEqual(first)
  })

  test('ten times at the same moment is the same job, paid once', async () => {
    const answer = Promise.withResolvers<CreatedImage>()
    const { submitJob, sent } = setUp({ createImage: () => answer.promise })
    const jobs = Array.from({ length: 10 }, () => submitJob(caller, request))
    answer.resolve(created('paid-once'))
    expect(new Set((await Promise.all(jobs)).map(({ id }) => id))).toEqual(new Set(['paid-once']))
    expect(sent()).toBe(1)
  })

  test.for([
    ['another image', { imageFilePath: 'https://example.com/b.png' }],
    ['another background', { backgroundImageFilePath: 'https://example.com/b.png' }],
    ['another name', { name: 'Mug' }],
  ] as const)('with %s is a conflict, and nothing is sent', async ([, changes]) => {
    const { submitJob, sent } = setUp()
    await submitJob(caller, request)
    await expect(submitJob(caller, { ...request, ...changes })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    expect(sent()).toBe(1)
  })

  test('with other arguments is a conflict also while the first is under way', async () => {
    const answer = Promise.withResolvers<CreatedImage>()
    const { submitJob } = setUp({ createImage: () => answer.promise })
    const first = submitJob(caller, request)
    await expect(submitJob(caller, { ...request, name: 'Mug' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    answer.resolve(created('paid-once'))
    await first
  })

  test('of another tenant is another job', async () => {
    const { submitJob, sent } = setUp()
    await submitJob(caller, request)
    await submitJob(aCaller({ tenant: 'tenant-2' }), request)
    expect(sent()).toBe(2)
  })

  test('is free again after a definite refusal', async () => {
    const refusals = [new InsufficientCredits()]
    const { submitJob, sent } = setUp({
      createImage: () => {
        const refusal = refusals.pop()
        return refusal === undefined ? Promise.resolve(created('paid-2')) : Promise.reject(refusal)
      },
    })
    await expect(submitJob(caller, request)).rejects.toMatchObject({ code: 'INSUFFICIENT_CREDITS' })
    expect([await submitJob(caller, request), sent()]).toMatchObject([{ id: 'paid-2' }, 2])
  })

  test('is never sent again after an unknown outcome', async () => {
    const { submitJob, sent } = setUp({ createImage: () => Promise.reject(new SubmissionUnknown()) })
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(submitJob(caller, request)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
    expect(sent()).toBe(1)
  })

  test('that another run left under way is never sent again', async () => {
    const ledger = createMemoryLedger()
    const hung = setUp({ ledger, createImage: () => new Promise(() => undefined) })
    void hung.submitJob(caller, request)
    const next = setUp({ ledger })
    await expect(next.submitJob(caller, request)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
    expect(next.sent()).toBe(0)
  })
})
