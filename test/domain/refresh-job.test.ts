import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import { createRefreshJob } from '../../src/domain/refresh-job.ts'
import { Secret } from '../../src/domain/secret.ts'
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts'
import { aJob, aState } from '../support/builders.ts'

const apiKey = new Secret('mhk_test_refresh')
const madeAt = Date.UTC(2026, 0, 1)

/** The use case over a ledger that knows the job, with a look-up that answers as told. */
const setUp = async ({
  job,
  said,
  now = madeAt + 5_000,
}: {
  job: Job
  said: Promise<UpstreamState | null>
  now?: number
}) => {
  const ledger = createMemoryLedger()
  await ledger.adopt(job)
  let lookups = 0
  const getImageDetails = (): Promise<UpstreamState | null> => {
    lookups += 1
    return said
  }
  const refreshJob = createRefreshJob({ ledger, magicHour: { getImageDetails }, clock: { now: () => now } })
  return { ledger, refreshJob, lookups: () => lookups }
}

describe('looking a job up', () => {
  test('ten times at once asks Magic Hour once', async () => {
    const said = Promise.withResolvers<UpstreamState>()
    const { refreshJob, lookups } = await setUp({ job: aJob(), said: said.promise })
    const jobs = Array.from({ length: 10 }, () => refreshJob(aJob(), apiKey))
    said.resolve(aState('COMPLETE'))
    expect((await Promise.all(jobs)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'COMPLETE'))
    expect(lookups()).toBe(1)
  })

  test('records what changed', async () => {
    const { ledger, refreshJob } = await setUp({ job: aJob(), said: Promise.resolve(aState('RENDERING')) })
    await refreshJob(aJob(), apiKey)
    expect(await ledger.find('tenant-1', ['job-1'])).toMatchObject([{ status: 'RENDERING', revision: 1 }])
  })

  test('with an answer that was overtaken keeps the newer state', async () => {
    const said = Promise.withResolvers<UpstreamState>()
    const { ledger, refreshJob } = await setUp({ job: aJob('QUEUED'), said: said.promise })
    const refreshed = refreshJob(aJob('QUEUED'), apiKey)
    await ledger.update(aJob('COMPLETE', { revision: 1 }))
    said.resolve(aState('RENDERING'))
    expect(await refreshed).toMatchObject({ status: 'COMPLETE', revision: 1 })
  })

  test('that is finished and not found any more finds it deleted', async () => {
    const { refreshJob } = await setUp({ job: aJob('COMPLETE'), said: Promise.resolve(null) })
    expect(await refreshJob(aJob('COMPLETE'), apiKey)).toMatchObject({ deleted: true, status: 'COMPLETE' })
  })

  test('that the ledger does not hold brings the news all the same', async () => {
    const { refreshJob } = await setUp({ job: aJob(), said: Promise.resolve(aState('COMPLETE')) })
    const elsewhere = aJob('QUEUED', { tenant: 'tenant-2' })
    expect(await refreshJob(elsewhere, apiKey)).toMatchObject({ tenant: 'tenant-2', status: 'COMPLETE' })
  })

  test('that was just made and is not found yet finds no news', async () => {
    const { refreshJob } = await setUp({ job: aJob('QUEUED'), said: Promise.resolve(null) })
    expect(await refreshJob(aJob('QUEUED'), apiKey)).toMatchObject({ deleted: false, revision: 0 })
  })

  test('that is long unfinished and not found any more finds it deleted', async () => {
    const { refreshJob } = await setUp({ job: aJob('QUEUED'), said: Promise.resolve(null), now: madeAt + 61_000 })
    expect(await refreshJob(aJob('QUEUED'), apiKey)).toMatchObject({ deleted: true })
  })
})
