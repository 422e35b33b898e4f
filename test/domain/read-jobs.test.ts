import { describe, expect, test } from 'vitest'
import { DomainError, Unauthenticated, UpstreamUnavailable } from '../../src/domain/errors.ts'
import type { ReadResult } from '../../src/domain/read-jobs.ts'
import { aCaller, aJob, aState, aSubmission } from '../support/builders.ts'
import { openReplica, put, storedJob } from './looking-up.ts'

const tenant = aCaller()
/** Somebody whose own account pays. */
const owner = aCaller({ account: 'tenant-1' })
const job = aJob('QUEUED')
const codes = (results: readonly ReadResult[]) =>
  results.map((result) => {
    if (result instanceof Error) return result instanceof DomainError ? result.code : result.name
    return result?.id ?? null
  })

describe('a job that is not due', () => {
  test('is read from the ledger alone', async () => {
    const { readJobs, stored, asked } = await openReplica()
    await put(stored, job)
    expect(await readJobs(tenant, [job.id])).toEqual([job])
    expect(asked).toEqual([])
  })

  test('is read in the place where it was asked for, and twice where it was asked for twice', async () => {
    const { readJobs, stored } = await openReplica()
    for (const id of ['a', 'b']) await put(stored, aJob('COMPLETE', { id }))
    expect(codes(await readJobs(tenant, ['b', 'unknown', 'a', '../b', 'b']))).toEqual([
      'b',
      null,
      'a',
      'BAD_USER_INPUT',
      'b',
    ])
  })

  test('of another tenant is unknown, and nothing is asked', async () => {
    const { readJobs, stored, asked } = await openReplica({ answer: () => aState('COMPLETE') })
    await put(stored, aJob('COMPLETE', { tenant: 'tenant-2' }))
    expect(await readJobs(tenant, [job.id])).toEqual([null])
    expect(asked).toEqual([])
  })
})

describe('a job that is due', () => {
  test('is asked about once, however many read it at once and on which replica', async () => {
    const one = await openReplica({ answer: () => aState('COMPLETE') })
    const other = await openReplica({ answer: () => aState('COMPLETE'), beside: one })
    await put(one.stored, job)
    one.clock.advance(30_000)
    await Promise.all([one, one, other, other].map(({ readJobs }) => readJobs(tenant, [job.id])))
    expect(one.asked.length + other.asked.length).toBe(1)
    expect(await other.readJobs(tenant, [job.id])).toMatchObject([{ status: 'COMPLETE' }])
    expect(one.asked.length + other.asked.length).toBe(1)
  })

  test('is an error where Magic Hour cannot be asked, and as it was where it is finished', async () => {
    const { readJobs, stored, clock } = await openReplica({ answer: () => new UpstreamUnavailable() })
    await put(stored, job)
    await put(stored, aJob('ERROR', { id: 'failed' }))
    clock.advance(30_000)
    expect(codes(await readJobs(tenant, [job.id, 'failed']))).toEqual(['UPSTREAM_UNAVAILABLE', 'failed'])
  })

  test('does not keep the others from being read', async () => {
    const { readJobs, stored, clock } = await openReplica({
      answer: (id) => (id === 'a' ? new UpstreamUnavailable() : aState('COMPLETE', { id })),
    })
    for (const id of ['a', 'b']) await put(stored, aJob('QUEUED', { id }))
    clock.advance(30_000)
    expect(codes(await readJobs(tenant, ['a', 'b']))).toEqual(['UPSTREAM_UNAVAILABLE', 'b'])
  })
})

describe('a job that the ledger does not know', () => {
  test('is taken over for the one whose account it is in, with what Magic Hour says', async () => {
    const createdAt = new Date('2025-12-24T00:00:00Z')
    const { readJobs, stored, asked } = await openReplica({
      answer: () => aState('COMPLETE', { name: 'Mug', createdAt, creditsCharged: 5, imageCount: 1 }),
    })
    expect(await readJobs(owner, [job.id])).toMatchObject([
      { tenant: 'tenant-1', account: 'tenant-1', status: 'COMPLETE', name: 'Mug', createdAt, creditsCharged: 5 },
    ])
    expect(await storedJob(stored, job)).toMatchObject({ revision: 0, imageCount: 1 })
    await readJobs(owner, [job.id])
    expect(asked).toEqual([`job-1 ${owner.apiKey.reveal()}`])
  })

  test.for([
    ['of another tool', aState('COMPLETE', { type: 'FACE_SWAP' })],
    ['of a tool that is not said', aState('COMPLETE', { type: null })],
    ['that is not there', null],
  ] as const)('%s is unknown and stays so', async ([, answer]) => {
    const { readJobs, stored } = await openReplica({ answer: () => answer })
    expect(await readJobs(owner, [job.id])).toEqual([null])
    expect(await storedJob(stored, job)).toBeUndefined()
  })

  test('is an error where the key is refused', async () => {
    const { readJobs } = await openReplica({ answer: () => new Unauthenticated() })
    expect(codes(await readJobs(owner, [job.id]))).toEqual(['UNAUTHENTICATED'])
  })

  test('is never asked about for one of several tenants of an account', async () => {
    const { readJobs, asked } = await openReplica({ answer: () => aState('COMPLETE') })
    expect(await readJobs(tenant, [job.id])).toEqual([null])
    expect(asked).toEqual([])
  })

  test('is the lost one whose token it has, and its key resolves to it', async () => {
    const token = 'abcdefgh23456'
    const name = `Background Remover - 2026-01-01 [mhg-${token}]`
    const { readJobs, stored } = await openReplica({ answer: () => aState('RENDERING', { name }) })
    const { id } = await stored.begin(aSubmission({ account: 'tenant-1', name, token, outcome: { state: 'UNKNOWN' } }))
    expect(await readJobs(owner, [job.id])).toMatchObject([{ status: 'RENDERING', createdAt: job.createdAt }])
    expect((await stored.findSubmission(id))?.outcome).toEqual({ state: 'ACCEPTED', jobId: job.id })
  })

  test('does not become another account’s lost job by bearing its name', async () => {
    const { readJobs, stored } = await openReplica({
      answer: () => aState('COMPLETE', { name: 'Mug', createdAt: job.createdAt }),
    })
    const victim = await stored.begin(aSubmission({ tenant: 'victim', outcome: { state: 'UNKNOWN' } }))
    expect(await readJobs(owner, [job.id])).toMatchObject([{ tenant: 'tenant-1' }])
    expect((await stored.findSubmission(victim.id))?.outcome).toEqual({ state: 'UNKNOWN' })
    expect(await stored.find('victim', [job.id])).toEqual([])
  })
})
