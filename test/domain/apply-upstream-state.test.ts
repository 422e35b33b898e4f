import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyUpstreamState, markDeleted } from '../../src/domain/apply-upstream-state.ts'
import { type Job, type JobStatus, downloadsOf, failureOf, isFinal, rankOf } from '../../src/domain/job.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { aDownload, aJob, aState } from '../support/builders.ts'

const now = new Date('2026-01-01T00:00:10Z')
const apply = (job: Job, ...states: UpstreamState[]): Job =>
  states.reduce((current, state) => applyUpstreamState(current, state, now), job)

const statuses: JobStatus[] = ['DRAFT', 'QUEUED', 'RENDERING', 'COMPLETE', 'ERROR', 'CANCELED']
const anyStatus = fc.constantFrom(...statuses)
const anyState = fc
  .record({
    status: anyStatus,
    deleted: fc.boolean(),
    credits: fc.integer({ min: 0, max: 5 }),
    day: fc.integer({ min: 1, max: 28 }),
  })
  .map(({ status, deleted, credits, day }) =>
    aState(status, {
      deleted,
      creditsCharged: credits,
      downloads: status === 'COMPLETE' ? [aDownload(`2026-01-${String(day).padStart(2, '0')}T00:00:00Z`)] : [],
    }),
  )

describe('news about a job', () => {
  test('move it forward and say when it was seen to be final', () => {
    const job = apply(aJob('QUEUED'), aState('COMPLETE'))
    expect(job).toMatchObject({ status: 'COMPLETE', finishedAt: now, revision: 1 })
    expect(downloadsOf(job)).toHaveLength(1)
  })

  test('that are old change nothing', () => {
    const job = aJob('RENDERING')
    expect(apply(job, aState('QUEUED', { name: 'old', creditsCharged: 0 }))).toBe(job)
  })

  test('that say the same again change nothing', () => {
    const job = apply(aJob('QUEUED'), aState('COMPLETE'))
    expect(apply(job, aState('COMPLETE'))).toBe(job)
  })

  test('with a status nobody knows change nothing', () => {
    const job = aJob('QUEUED')
    expect(apply(job, aState(null, { name: 'new' }))).toBe(job)
  })

  test('of another end than the first change nothing', () => {
    const job = aJob('COMPLETE')
    expect(apply(job, aState('ERROR'))).toBe(job)
  })

  test('of a failure say why', () => {
    expect(failureOf(apply(aJob('RENDERING'), aState('ERROR')))).toEqual({
      code: 'processing_timeout',
      message: 'It took too long.',
    })
  })

  test('of a failure without a reason still say that it failed', () => {
    expect(failureOf(apply(aJob('RENDERING'), aState('ERROR', { failure: null })))).toMatchObject({
      code: 'unknown_error',
    })
  })

  test('of a refund after the failure lower the credits', () => {
    expect(apply(aJob('ERROR'), aState('ERROR', { creditsCharged: 0 }))).toMatchObject({ creditsCharged: 0 })
  })

  test('from before a refund do not take it back', () => {
    const refunded = apply(aJob('ERROR'), aState('ERROR', { creditsCharged: 0 }))
    expect(apply(refunded, aState('ERROR', { creditsCharged: 5 }))).toBe(refunded)
  })

  test('with a link that lives longer replace the link', () => {
    const fresh = aDownload('2026-01-05T00:00:00Z', 'https://storage.example/fresh.png')
    expect(downloadsOf(apply(aJob('COMPLETE'), aState('COMPLETE', { downloads: [fresh] })))).toEqual([fresh])
  })

  test('with a link that dies sooner, or none, keep the link', () => {
    const job = aJob('COMPLETE')
    const old = aDownload('2026-01-01T12:00:00Z', 'https://storage.example/old.png')
    expect(apply(job, aState('COMPLETE', { downloads: [old] }), aState('COMPLETE', { downloads: [] }))).toBe(job)
  })

  test('of a deletion hide the links and keep the rest', () => {
    const job = apply(aJob('COMPLETE'), aState('COMPLETE', { deleted: true }))
    expect([job.deleted, job.status, downloadsOf(job)]).toEqual([true, 'COMPLETE', null])
  })

  test('never bring a deleted job back', () => {
    expect(apply(markDeleted(aJob('COMPLETE')), aState('COMPLETE', { deleted: false })).deleted).toBe(true)
  })
})

describe('in whatever order news come', () => {
  test('the status only moves forward, and the first end stays', () => {
    fc.assert(
      fc.property(fc.array(anyState, { maxLength: 12 }), (states) => {
        let job = aJob('QUEUED')
        for (const state of states) {
          const next = apply(job, state)
          expect(rankOf(next.status)).toBeGreaterThanOrEqual(rankOf(job.status))
          if (isFinal(job.status)) expect(next.status).toBe(job.status)
          if (job.deleted) expect(next.deleted).toBe(true)
          job = next
        }
      }),
    )
  })

  test('a job that completed ends in the same state, with duplicates and losses too', () => {
    const story = [
      aState('QUEUED'),
      aState('RENDERING', { name: 'Mug' }),
      aState('COMPLETE', { name: 'Mug', imageCount: 1 }),
    ]
    const end = apply(aJob('QUEUED'), ...story)
    fc.assert(
      fc.property(fc.shuffledSubarray([...story, ...story]), (states) => {
        fc.pre(states.some((state) => state.status === 'COMPLETE'))
        expect({ ...apply(aJob('QUEUED'), ...states), revision: 0 }).toEqual({ ...end, revision: 0 })
      }),
    )
  })

  test('each change is one revision, and no change is none', () => {
    fc.assert(
      fc.property(anyStatus, anyState, (status, state) => {
        const job = aJob(status)
        const next = apply(job, state)
        expect(next.revision).toBe(next === job ? 0 : 1)
      }),
    )
  })
})
