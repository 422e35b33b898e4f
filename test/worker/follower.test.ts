import { describe, expect, test } from 'vitest'
import { RateLimited, UpstreamUnavailable } from '../../src/domain/errors.ts'
import type { Job } from '../../src/domain/job.ts'
import { Secret } from '../../src/domain/secret.ts'
import { createFollower } from '../../src/worker/follower.ts'
import { longestPauseMs, lookupDelayMs } from '../../src/worker/schedule.ts'
import { aJob } from '../support/builders.ts'
import { createTestClock } from '../support/test-clock.ts'

const apiKey = new Secret('mhk_test_follower')

/** A follower whose look-ups say these things in turn, the last one for ever. */
const setUp = (...said: (Job | Error)[]) => {
  const clock = createTestClock()
  const lookups: number[] = []
  const refreshJob = (): Promise<Job> => {
    const next = said[Math.min(lookups.length, said.length - 1)]
    lookups.push(clock.now() - Date.UTC(2026, 0, 1))
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? aJob())
  }
  return { clock, lookups, follower: createFollower({ refreshJob, clock, random: () => 0.5 }) }
}

describe('who waits for a job', () => {
  test('gets it as soon as it is final', async () => {
    const { clock, lookups, follower } = setUp(aJob('RENDERING'), aJob('COMPLETE'))
    const job = follower.follow(aJob(), { apiKey, waitMs: 60_000 })
    await clock.asleep(2)
    clock.advance(1_500)
    await clock.asleep(2)
    clock.advance(2_250)
    expect(await job).toMatchObject({ status: 'COMPLETE' })
    expect(lookups).toEqual([1_500, 3_750])
  })

  test('gets its last known state when the time is over', async () => {
    const { clock, follower } = setUp(aJob('RENDERING'))
    const job = follower.follow(aJob(), { apiKey, waitMs: 2_000 })
    await clock.asleep(2)
    clock.advance(1_500)
    await clock.asleep(2)
    clock.advance(500)
    expect(await job).toMatchObject({ status: 'RENDERING' })
  })

  test.for([0, -1])('and has %i ms gets it at once, without a look-up', async (waitMs) => {
    const { lookups, follower } = setUp(aJob('COMPLETE'))
    expect(await follower.follow(aJob(), { apiKey, waitMs })).toMatchObject({ status: 'QUEUED' })
    expect(lookups).toEqual([])
  })

  test('and is the hundredth costs no more look-ups than the first', async () => {
    const { clock, lookups, follower } = setUp(aJob('COMPLETE'))
    const jobs = Array.from({ length: 100 }, () => follower.follow(aJob(), { apiKey, waitMs: 60_000 }))
    await clock.asleep(101)
    clock.advance(1_500)
    expect(new Set((await Promise.all(jobs)).map(({ status }) => status))).toEqual(new Set(['COMPLETE']))
    expect(lookups).toHaveLength(1)
  })

  test('and goes away ends the look-ups when nobody else waits', async () => {
    const { clock, lookups, follower } = setUp(aJob('RENDERING'))
    const client = new AbortController()
    const job = follower.follow(aJob(), { apiKey, waitMs: 60_000, signal: client.signal })
    await clock.asleep(2)
    client.abort()
    await job
    clock.advance(60_000)
    expect(lookups).toEqual([])
  })

  test('and goes away leaves the others waiting', async () => {
    const { clock, follower } = setUp(aJob('COMPLETE'))
    const client = new AbortController()
    const gone = follower.follow(aJob(), { apiKey, waitMs: 60_000, signal: client.signal })
    const stays = follower.follow(aJob(), { apiKey, waitMs: 60_000 })
    await clock.asleep(3)
    client.abort()
    expect(await gone).toMatchObject({ status: 'QUEUED' })
    clock.advance(1_500)
    expect(await stays).toMatchObject({ status: 'COMPLETE' })
  })

  test('is let go with the last known state when the program stops', async () => {
    const { clock, follower } = setUp(aJob('RENDERING'))
    const job = follower.follow(aJob(), { apiKey, waitMs: 60_000 })
    await clock.asleep(2)
    follower.stop()
    expect(await job).toMatchObject({ status: 'QUEUED' })
  })

  test('keeps waiting when a look-up fails', async () => {
    const { clock, follower } = setUp(new UpstreamUnavailable(), aJob('COMPLETE'))
    const job = follower.follow(aJob(), { apiKey, waitMs: 60_000 })
    await clock.asleep(2)
    clock.advance(1_500)
    await clock.asleep(2)
    clock.advance(2_250)
    expect(await job).toMatchObject({ status: 'COMPLETE' })
  })

  test('does not make it worse when Magic Hour asks for a pause', async () => {
    const { clock, lookups, follower } = setUp(new RateLimited('', { retryAfterSeconds: 30 }), aJob('COMPLETE'))
    const job = follower.follow(aJob(), { apiKey, waitMs: 60_000 })
    await clock.asleep(2)
    clock.advance(1_500)
    await clock.asleep(2)
    clock.advance(30_000)
    await job
    expect(lookups).toEqual([1_500, 31_500])
  })

  test('keeps to a pause of any length that Magic Hour asks for, within what a timer can hold', async () => {
    const { clock, lookups, follower } = setUp(new RateLimited('', { retryAfterSeconds: 999_999_999 }))
    const longestTimerMs = 2 ** 31 - 1
    const job = follower.follow(aJob(), { apiKey, waitMs: longestTimerMs })
    await clock.asleep(2)
    clock.advance(1_500)
    await clock.asleep(2)
    clock.advance(longestPauseMs)
    await clock.asleep(2)
    expect(lookups).toEqual([1_500, 1_500 + longestPauseMs])
    expect(longestPauseMs).toBeLessThan(longestTimerMs)
    follower.stop()
    await job
  })
})

test('look-ups begin after a second and a half and slow down to one in ten seconds', () => {
  expect([0, 1, 2, 5, 50].map((lookups) => lookupDelayMs(lookups, 0.5))).toEqual([1_500, 2_250, 3_375, 10_000, 10_000])
})
