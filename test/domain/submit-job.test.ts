import { describe, expect, test } from 'vitest'
import {
  InsufficientCredits,
  LedgerUnavailable,
  SubmissionUnknown,
  UpstreamUnavailable,
} from '../../src/domain/errors.ts'
import type { CreatedImage } from '../../src/domain/ports.ts'
import { aCaller, aJob } from '../support/builders.ts'
import { aRequest, caller, created, openLedger, setUp, untilSettled } from './submitting.ts'

/** A process that is stopped renews nothing. */
const forever = (): Promise<never> => new Promise(() => undefined)

describe('a submission', () => {
  test('is recorded before it is sent, and its answer before the caller hears of it', async () => {
    const { submitJob, steps } = await setUp()
    await submitJob(caller, aRequest())
    expect(steps).toEqual(['intent recorded', 'sent', 'answer recorded'])
  })

  test('whose intent cannot be recorded is not sent', async () => {
    const diskFull = new LedgerUnavailable('', { cause: new RangeError('disk full') })
    const { submitJob, sent } = await setUp({ broken: { begin: () => Promise.reject(diskFull) } })
    await expect(submitJob(caller, aRequest())).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
    expect(sent.length).toBe(0)
  })

  test('whose answer cannot be recorded brings the id of the paid job out with the error', async () => {
    const { submitJob, clock } = await setUp({
      broken: { accept: () => Promise.reject(new LedgerUnavailable()) },
      createImage: () => Promise.resolve(created('paid-1')),
    })
    const failed = expect(submitJob(caller, aRequest())).rejects.toMatchObject({
      code: 'JOB_NOT_RECORDED',
      jobId: 'paid-1',
    })
    await untilSettled(failed, clock, 1_000)
    await failed
  })

  test('whose answer can be recorded only after a while is a job like any other', async () => {
    const failures = [new LedgerUnavailable(), new LedgerUnavailable()]
    const opened = await openLedger()
    const { submitJob, stored, clock } = await setUp({
      beside: opened,
      broken: {
        accept: (...args) => {
          const failure = failures.pop()
          return failure === undefined ? opened.stored.accept(...args) : Promise.reject(failure)
        },
      },
      createImage: () => Promise.resolve(created('paid-1')),
    })
    const job = submitJob(caller, aRequest())
    await untilSettled(job, clock, 500)
    expect(await job).toMatchObject({ id: 'paid-1' })
    expect(await stored.find('tenant-1', ['paid-1'])).toHaveLength(1)
  })

  test('that was held up for longer than its lease is not sent any more', async () => {
    const opened = await openLedger()
    const { submitJob, stored } = await setUp({
      beside: opened,
      broken: {
        begin: async (intent) => {
          const recorded = await opened.stored.begin(intent)
          opened.clock.advance(20_000)
          return recorded
        },
      },
      // As the client does: with a signal that has aborted nothing leaves.
      createImage: (_apiKey, _request, signal) =>
        signal?.aborted === true ? Promise.reject(new UpstreamUnavailable()) : Promise.resolve(created('too-late')),
    })
    await expect(submitJob(caller, aRequest({ idempotencyKey: 'k' }))).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
    expect(await stored.findSubmissionByKey('tenant-1', 'k')).toBeNull()
  })

  test('that fails in a way nobody foresaw may have been charged', async () => {
    const { submitJob } = await setUp({ createImage: () => Promise.reject(new TypeError('a bug of ours')) })
    await expect(submitJob(caller, aRequest())).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
  })

  test('is not sent any more once the program is stopping', async () => {
    const { submitJob, stopping, sent } = await setUp()
    stopping.now = true
    await expect(submitJob(caller, aRequest())).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    expect(sent.length).toBe(0)
  })

  test('that is answered with the id of a job that has gone on does not set the job back', async () => {
    const { submitJob, stored } = await setUp({ createImage: () => Promise.resolve(created('job-1')) })
    await stored.adopt(aJob('COMPLETE'), null)
    await submitJob(caller, aRequest())
    expect(await stored.find('tenant-1', ['job-1'])).toMatchObject([{ status: 'COMPLETE' }])
  })

  test('without a key is a new job each time', async () => {
    const { submitJob, sent } = await setUp()
    const jobs = await Promise.all([submitJob(caller, aRequest()), submitJob(caller, aRequest())])
    expect([sent.length, new Set(jobs.map(({ id }) => id)).size]).toEqual([2, 2])
  })
})

describe('the same idempotency key', () => {
  const request = aRequest({ idempotencyKey: 'order-7' })

  test('again is the same job, paid once', async () => {
    const { submitJob, sent } = await setUp()
    const first = await submitJob(caller, request)
    expect(await submitJob(caller, request)).toEqual(first)
    expect(sent.length).toBe(1)
  })

  test('again is the job as it is by now', async () => {
    const { submitJob } = await setUp({ readJobs: () => Promise.resolve([aJob('COMPLETE')]) })
    expect(await submitJob(caller, request)).toMatchObject({ status: 'QUEUED' })
    expect(await submitJob(caller, request)).toMatchObject({ status: 'COMPLETE' })
  })

  test.for([
    ['cannot be reached', new UpstreamUnavailable()],
    ['does not find it', null],
  ] as const)('again is the paid job also while Magic Hour %s', async ([, answer]) => {
    const { submitJob } = await setUp({ readJobs: () => Promise.resolve([answer]) })
    const first = await submitJob(caller, request)
    expect(await submitJob(caller, request)).toEqual(first)
  })

  test('ten times at the same moment is the same job, paid once', async () => {
    const answer = Promise.withResolvers<CreatedImage>()
    const { submitJob, sent } = await setUp({ createImage: () => answer.promise })
    const jobs = Array.from({ length: 10 }, () => submitJob(caller, request))
    answer.resolve(created('paid-once'))
    expect(new Set((await Promise.all(jobs)).map(({ id }) => id))).toEqual(new Set(['paid-once']))
    expect(sent.length).toBe(1)
  })

  test.for([
    ['another image', { imageFilePath: 'https://example.com/b.png' }],
    ['another background', { backgroundImageFilePath: 'https://example.com/b.png' }],
    ['another name', { name: 'Mug' }],
  ] as const)('with %s is a conflict, and nothing is sent', async ([, changes]) => {
    const { submitJob, sent } = await setUp()
    const made = await submitJob(caller, request)
    await expect(submitJob(caller, { ...request, ...changes })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      jobId: made.id,
    })
    expect(sent.length).toBe(1)
  })

  test('with other arguments is a conflict also while the first is under way', async () => {
    const answer = Promise.withResolvers<CreatedImage>()
    const { submitJob } = await setUp({ createImage: () => answer.promise })
    const first = submitJob(caller, request)
    await expect(submitJob(caller, { ...request, name: 'Mug' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      jobId: null,
    })
    answer.resolve(created('paid-once'))
    await first
  })

  test('of another tenant is another job', async () => {
    const { submitJob, sent } = await setUp()
    await submitJob(caller, request)
    await submitJob(aCaller({ tenant: 'tenant-2' }), request)
    expect(sent.length).toBe(2)
  })

  test('is free again after a definite refusal', async () => {
    const refusals = [new InsufficientCredits()]
    const { submitJob, sent } = await setUp({
      createImage: () => {
        const refusal = refusals.pop()
        return refusal === undefined ? Promise.resolve(created('paid-2')) : Promise.reject(refusal)
      },
    })
    await expect(submitJob(caller, request)).rejects.toMatchObject({ code: 'INSUFFICIENT_CREDITS' })
    expect([await submitJob(caller, request), sent.length]).toMatchObject([{ id: 'paid-2' }, 2])
  })

  test('is never sent again after an unknown outcome', async () => {
    const { submitJob, sent } = await setUp({ createImage: () => Promise.reject(new SubmissionUnknown()) })
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(submitJob(caller, request)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
    expect(sent.length).toBe(1)
  })

  test('whose sender is gone waits until that is sure, and is never sent again', async () => {
    const hung = await setUp({ createImage: () => new Promise(() => undefined), broken: { renew: forever } })
    void hung.submitJob(caller, request)
    await hung.clock.asleep(1)
    const next = await setUp({ beside: hung })
    const failed = expect(next.submitJob(caller, request)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
    await untilSettled(failed, hung.clock, 1_000)
    await failed
    expect(next.sent).toEqual([])
  })

  test('is the same job also when its sender was thought to be gone and then got its answer', async () => {
    const answer = Promise.withResolvers<CreatedImage>()
    const slow = await setUp({ createImage: () => answer.promise, broken: { renew: forever } })
    const job = slow.submitJob(caller, request)
    await slow.clock.asleep(1)
    const next = await setUp({ beside: slow })
    const failed = expect(next.submitJob(caller, request)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
    await untilSettled(failed, slow.clock, 1_000)
    answer.resolve(created('late-1'))
    expect(await job).toMatchObject({ id: 'late-1' })
    expect(await next.submitJob(caller, request)).toMatchObject({ id: 'late-1' })
    expect(next.sent).toEqual([])
  })

  test('of a call that another process is sending waits for its answer', async () => {
    const answer = Promise.withResolvers<CreatedImage>()
    const first = await setUp({ createImage: () => answer.promise })
    const job = first.submitJob(caller, request)
    await first.clock.asleep(1)
    const second = await setUp({ beside: first })
    const same = second.submitJob(caller, request)
    await first.clock.asleep(2)
    answer.resolve(created('paid-once'))
    expect(await same).toEqual(await job)
    expect(second.sent).toEqual([])
  })

  test('of a call that is refused for certain while others wait is sent by the next of them', async () => {
    const answer = Promise.withResolvers<CreatedImage>()
    const first = await setUp({ createImage: () => answer.promise })
    const refused = expect(first.submitJob(caller, request)).rejects.toMatchObject({ code: 'INSUFFICIENT_CREDITS' })
    await first.clock.asleep(1)
    const second = await setUp({ beside: first })
    const jobs = [second.submitJob(caller, request), second.submitJob(caller, request)]
    await first.clock.asleep(3)
    answer.reject(new InsufficientCredits())
    await refused
    expect((await Promise.all(jobs)).map(({ id }) => id)).toEqual(['project-1', 'project-1'])
    expect(second.sent).toHaveLength(1)
  })
})
