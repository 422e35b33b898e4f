import { describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/caller.ts'
import type { Ledger } from '../../src/domain/ledger.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { acceptRecovered } from '../../src/domain/recover-job.ts'
import { createSettleSubmission } from '../../src/domain/settle-submission.ts'
import type { Submission } from '../../src/domain/submission.ts'
import { aCaller, aJob, aState, aSubmission } from '../support/builders.ts'
import { neverDue } from '../support/ledger.ts'
import { type Answer, openReplica, put } from './looking-up.ts'

const tenant = aCaller()
/** Somebody whose own account pays. */
const owner = aCaller({ account: 'tenant-1' })
const key = 'order-7'
const startedAt = aSubmission().startedAt
const lost = aSubmission({ idempotencyKey: key, outcome: { state: 'UNKNOWN' } })
const mug = aState('COMPLETE', { name: 'Mug', createdAt: startedAt })

interface SetUp {
  readonly submission?: Submission
  readonly answer?: () => Answer
  readonly broken?: (stored: Ledger) => Partial<Ledger>
}

/** A submission that is lost, and a Magic Hour that has this project. */
const setUp = async ({ submission = lost, answer = () => mug, broken = () => ({}) }: SetUp = {}) => {
  const replica = await openReplica({ answer })
  const { stored, clock, asked } = replica
  await stored.begin(submission)
  const getImageDetails = async (): Promise<UpstreamState | null> => {
    const said = await answer()
    if (said instanceof Error) throw said
    return said
  }
  const settle = createSettleSubmission({
    ledger: { ...stored, ...broken(stored) },
    magicHour: { getImageDetails },
    schedule: neverDue,
    clock,
  })
  const refusal = (caller: Caller, jobId = mug.id) =>
    settle.resolve(caller, { idempotencyKey: key }, jobId).then(
      () => null,
      (error: unknown) => error,
    )
  const resolve = (caller: Caller, idempotencyKey: string, jobId: string) =>
    settle.resolve(caller, { idempotencyKey }, jobId)
  const abandon = (caller: Caller, idempotencyKey: string) => settle.abandon(caller, idempotencyKey)
  const resolveByName = (caller: Caller, submissionName: string, jobId: string) =>
    settle.resolve(caller, { submissionName }, jobId)
  return { ...replica, stored, asked, resolve, resolveByName, abandon, refusal }
}

describe('saying which job a submission made', () => {
  test('settles it: its key resolves to the job, as Magic Hour knows it', async () => {
    const { resolve, stored } = await setUp()
    expect(await resolve(tenant, key, mug.id)).toMatchObject({ id: mug.id, tenant: 'tenant-1', status: 'COMPLETE' })
    expect((await stored.findSubmissionByKey('tenant-1', key))?.outcome).toEqual({ state: 'ACCEPTED', jobId: mug.id })
  })

  test('twice is no news, another job is a mistake', async () => {
    const { resolve, refusal } = await setUp()
    const job = await resolve(tenant, key, mug.id)
    expect(await resolve(tenant, key, mug.id)).toEqual(job)
    expect(await refusal(tenant, 'project-2')).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
  })

  test.for([
    ['of another name', { ...mug, name: 'Cup' }],
    ['of another time', { ...mug, createdAt: new Date(startedAt.getTime() + 600_000) }],
    ['of unknown time', { ...mug, createdAt: null }],
    ['of another tool', { ...mug, type: 'FACE_SWAP' }],
    ['of an unknown tool', { ...mug, type: null }],
    ['that does not exist', null],
  ] as const)('is refused for a project %s', async ([, answer]) => {
    const { refusal, stored } = await setUp({ answer: () => answer })
    expect(await refusal(tenant)).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'jobId' })
    expect((await stored.findSubmission(lost.id))?.outcome).toEqual({ state: 'UNKNOWN' })
    expect(await stored.findAnywhere(mug.id)).toEqual([])
  })

  test('is refused, in the same words, for a job of another tenant of the account', async () => {
    const { refusal, stored } = await setUp()
    await put(stored, aJob('COMPLETE', { tenant: 'tenant-2', name: 'Mug' }))
    const nothing = await setUp({ answer: () => null })
    expect(await refusal(tenant)).toEqual(await nothing.refusal(tenant))
    expect(await stored.find('tenant-1', [mug.id])).toEqual([])
  })

  test('is refused for a job that another submission of the tenant made', async () => {
    const { refusal, stored } = await setUp()
    await put(stored, aJob('COMPLETE', { name: 'Mug' }))
    expect(await refusal(tenant)).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'jobId' })
  })

  test('is possible for a project that somebody else with a key of the account has looked at', async () => {
    const { resolve, stored } = await setUp()
    await put(stored, aJob('COMPLETE', { tenant: 'key:1', account: 'key:1', name: 'Mug' }))
    expect(await resolve(tenant, key, mug.id)).toMatchObject({ tenant: 'tenant-1', account: 'server' })
  })

  test('is for an account’s owner to know, whatever its name, unless another submission made it', async () => {
    const submission = { ...lost, account: 'tenant-1' }
    const state = { ...mug, name: 'renamed in the web app', createdAt: null }
    const { resolve } = await setUp({ submission, answer: () => state })
    expect(await resolve(owner, key, mug.id)).toMatchObject({ id: mug.id })
    const taken = await setUp({ submission, answer: () => state })
    await put(taken.stored, aJob('COMPLETE', { account: 'tenant-1' }))
    expect(await taken.refusal(owner)).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'jobId' })
  })

  test('is possible for an account’s owner who has looked at the project first', async () => {
    const { resolve, readJobs } = await setUp({ submission: { ...lost, account: 'tenant-1' } })
    expect(await readJobs(owner, [mug.id])).toMatchObject([{ name: 'Mug' }])
    expect(await resolve(owner, key, mug.id)).toMatchObject({ id: mug.id, status: 'COMPLETE' })
  })

  test('is refused while it is being sent, and asks nothing', async () => {
    const { refusal, asked } = await setUp({ submission: aSubmission({ idempotencyKey: key }) })
    expect(await refusal(tenant)).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
    expect(asked).toEqual([])
  })

  test('is refused where an event has found another job in this moment', async () => {
    const { refusal } = await setUp({
      broken: (stored) => ({
        findAnywhere: async (id) => {
          const schedule = neverDue
          const found = aState('COMPLETE', { id: 'found-1', name: 'Mug', createdAt: startedAt })
          await acceptRecovered({ ledger: stored, schedule, clock: { now: () => 0 } }, lost, found)
          return stored.findAnywhere(id)
        },
      }),
    })
    expect(await refusal(tenant)).toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
  })

  test('needs a key that there is, of the same tenant', async () => {
    const { resolve } = await setUp()
    await expect(resolve(tenant, 'order-8', mug.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(resolve(aCaller({ tenant: 'tenant-2' }), key, mug.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('giving a submission up', () => {
  test('frees its key, and its job is recorded all the same when it turns up', async () => {
    const { abandon, receiveEvent, stored } = await setUp()
    await abandon(tenant, key)
    expect(await stored.findSubmissionByKey('tenant-1', key)).toBeNull()
    expect(await receiveEvent(mug)).toBe('RECOVERED')
    const filter = { statuses: null, createdFrom: null, createdBefore: null, nameContains: null }
    const page = { limit: 9, direction: 'forward', from: null, filter } as const
    expect(await stored.list('tenant-1', page)).toMatchObject([{ id: mug.id, name: 'Mug', status: 'COMPLETE' }])
    expect(await stored.findSubmissionByKey('tenant-1', key)).toBeNull()
  })

  test.for([
    ['while it is being sent', aSubmission({ idempotencyKey: key })],
    ['once it is answered', aSubmission({ idempotencyKey: key, outcome: { state: 'ACCEPTED', jobId: 'job-1' } })],
  ] as const)('is refused %s', async ([, submission]) => {
    const { abandon } = await setUp({ submission })
    await expect(abandon(tenant, key)).rejects.toMatchObject({ code: 'SUBMISSION_NOT_UNKNOWN' })
  })

  test('needs a key that there is, of the same tenant; after the first time there is none', async () => {
    const { abandon } = await setUp()
    await expect(abandon(aCaller({ tenant: 'tenant-2' }), key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await abandon(tenant, key)
    await expect(abandon(tenant, key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a lost job in an account that several tenants share', () => {
  const theirs = aSubmission({ tenant: 'tenant-2', idempotencyKey: 'theirs' })

  test('is not taken for the one of a tenant who sends the same name', async () => {
    const { receiveEvent, recordAnswer, stored } = await setUp()
    await stored.begin(theirs)
    expect(await receiveEvent(mug)).toBe('KEPT')
    await recordAnswer(theirs, { id: mug.id, creditsCharged: 5, frameCost: null })
    expect((await stored.findAnywhere(mug.id)).map((job) => [job.tenant, job.status])).toEqual([
      ['tenant-2', 'COMPLETE'],
    ])
    expect((await stored.findSubmission(lost.id))?.outcome).toEqual({ state: 'UNKNOWN' })
  })

  test('nor where the answer to the other is recorded as the event is being read', async () => {
    const one = await setUp()
    await one.stored.begin(theirs)
    const { receiveEvent } = await openReplica({
      beside: one,
      broken: {
        findOpenSubmissions: async (sought) => {
          await one.recordAnswer(theirs, { id: mug.id, creditsCharged: 5, frameCost: null })
          return one.stored.findOpenSubmissions(sought)
        },
      },
    })
    await receiveEvent(mug)
    expect((await one.stored.findAnywhere(mug.id)).map((job) => [job.tenant, job.status])).toEqual([
      ['tenant-2', 'COMPLETE'],
    ])
    expect((await one.stored.findSubmission(lost.id))?.outcome).toEqual({ state: 'UNKNOWN' })
  })

  test('is found once the other submission of its name is answered with a job of its own', async () => {
    const { receiveEvent, recordAnswer, stored } = await setUp()
    await stored.begin(theirs)
    await receiveEvent(mug)
    await recordAnswer(theirs, { id: 'project-2', creditsCharged: 5, frameCost: null })
    // The worker does so from time to time.
    await receiveEvent.replayAll()
    expect((await stored.findSubmission(lost.id))?.outcome).toEqual({ state: 'ACCEPTED', jobId: mug.id })
    expect(await stored.keptProjects()).toEqual([])
  })
})

describe('a submission whose caller gave no key', () => {
  const keyless = aSubmission({ outcome: { state: 'UNKNOWN' } })

  test('is settled by the name that was sent', async () => {
    const { resolveByName, stored } = await setUp({ submission: keyless })
    expect(await resolveByName(tenant, 'Mug', mug.id)).toMatchObject({ id: mug.id, status: 'COMPLETE' })
    expect(await stored.find('tenant-1', [mug.id])).toHaveLength(1)
  })

  test('of another tenant is not found by it', async () => {
    const { resolveByName } = await setUp({ submission: { ...keyless, tenant: 'tenant-2' } })
    await expect(resolveByName(tenant, 'Mug', mug.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is not settled where several have the name', async () => {
    const { resolveByName, stored } = await setUp({ submission: keyless })
    await stored.begin(aSubmission({ outcome: { state: 'UNKNOWN' } }))
    await expect(resolveByName(tenant, 'Mug', mug.id)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'submissionName',
    })
  })
})
