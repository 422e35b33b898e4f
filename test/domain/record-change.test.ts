import { describe, expect, test } from 'vitest'
import { applyUpstreamState, markDeleted } from '../../src/domain/apply-upstream-state.ts'
import { LedgerUnavailable } from '../../src/domain/errors.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Ledger, NewsSource } from '../../src/domain/ledger.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { createRecordChange } from '../../src/domain/record-change.ts'
import { aJob, aState } from '../support/builders.ts'
import { put, storedJob } from './looking-up.ts'
import { openLedger } from './submitting.ts'

const job = aJob('QUEUED')
const at = (second: number): Date => new Date(job.createdAt.getTime() + second * 1_000)
const news = (state: UpstreamState, saidBy: NewsSource = 'LOOKUP', second = 4) => ({
  apply: (current: Job) => applyUpstreamState(current, state, at(second)),
  saidBy,
  now: at(second),
})

const setUp = async (broken: Partial<Ledger> = {}, known: Job = job) => {
  const opened = await openLedger()
  await put(opened.stored, known)
  return { ...opened, recordChange: createRecordChange({ ledger: { ...opened.stored, ...broken } }) }
}

describe('a change', () => {
  test('is made on top of the newest state, whichever it was meant for', async () => {
    const { recordChange, stored } = await setUp()
    await recordChange(job, news(aState('RENDERING', { name: 'Mug' })))
    expect(await recordChange(job, news(aState('COMPLETE')))).toMatchObject({ name: 'Mug', revision: 2 })
    expect(await storedJob(stored, job)).toMatchObject({ status: 'COMPLETE', name: 'Mug', revision: 2 })
  })

  test('is made again where somebody else was faster', async () => {
    const { stored } = await setUp()
    const faster = createRecordChange({ ledger: stored })
    let races = 0
    const recordChange = createRecordChange({
      ledger: {
        ...stored,
        update: async (next, seen) => {
          races += 1
          if (races === 1) await faster(job, news(aState('RENDERING', { name: 'Mug' })))
          return stored.update(next, seen)
        },
      },
    })
    expect(await recordChange(job, news(aState('COMPLETE')))).toMatchObject({ status: 'COMPLETE', revision: 2 })
    expect(await storedJob(stored, job)).toMatchObject({ status: 'COMPLETE', name: 'Mug', revision: 2 })
  })

  test('that changes nothing is not stored', async () => {
    const { recordChange, hub } = await setUp({ update: () => Promise.reject(new LedgerUnavailable()) })
    const heard: Job[] = []
    hub.onJob(job, (state) => heard.push(state))
    expect(await recordChange(job, news(aState('QUEUED')))).toMatchObject({ revision: 0 })
    expect(heard).toEqual([])
  })

  test('of a job that the ledger does not hold is an answer, and no record', async () => {
    const { recordChange, stored } = await setUp()
    const other = aJob('QUEUED', { id: 'job-2' })
    expect(await recordChange(other, news(aState('COMPLETE')))).toMatchObject({ status: 'COMPLETE' })
    expect(await storedJob(stored, other)).toBeUndefined()
  })
})

describe('the render time of a job', () => {
  test.for([
    ['an event, exactly', 'EVENT', null, { afterMs: 4_000, byMs: 4_000 }],
    ['the first look-up, since it was made', 'LOOKUP', null, { afterMs: 0, byMs: 4_000 }],
    ['a later one, since the one before', 'LOOKUP', at(3), { afterMs: 3_000, byMs: 4_000 }],
    ['one whose clock is ahead of the other’s', 'LOOKUP', at(5), { afterMs: 4_000, byMs: 4_000 }],
    ['one before it was made, by another clock', 'LOOKUP', at(-9), { afterMs: 0, byMs: 4_000 }],
  ] as const)('is told by %s', async ([, saidBy, lookedUpAt, seen]) => {
    const { recordChange, stored } = await setUp({}, aJob('RENDERING', { lookedUpAt }))
    await recordChange(job, news(aState('COMPLETE'), saidBy))
    expect(await stored.seenRenders(9)).toEqual([{ ...seen, saidBy }])
  })

  test('that ended before it was made, by another clock, is no time at all', async () => {
    const { recordChange, stored } = await setUp()
    await recordChange(job, news(aState('COMPLETE'), 'EVENT', -5))
    expect(await stored.seenRenders(9)).toEqual([{ afterMs: 0, byMs: 0, saidBy: 'EVENT' }])
  })

  test('is told once: by the news that ended it', async () => {
    const { recordChange, stored } = await setUp()
    await recordChange(job, news(aState('ERROR'), 'EVENT', 4))
    await recordChange(job, news(aState('ERROR', { creditsCharged: 0 }), 'LOOKUP', 60))
    expect(await stored.seenRenders(9)).toEqual([{ afterMs: 4_000, byMs: 4_000, saidBy: 'EVENT' }])
  })

  test('is not told by a person who cancels or deletes it', async () => {
    const { recordChange, stored } = await setUp()
    await recordChange(job, news(aState('CANCELED')))
    await recordChange(job, { apply: markDeleted, saidBy: 'LOOKUP', now: at(5) })
    expect(await stored.seenRenders(9)).toEqual([])
  })
})
