import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { createHub } from '../../src/events/hub.ts'
import { aJob } from '../support/builders.ts'

const job = aJob('RENDERING')

describe('who waits for a job', () => {
  test('hears of each change of it, and of no other job', () => {
    const hub = createHub()
    const heard: Job[] = []
    hub.onJob(job, (state) => heard.push(state))
    for (const change of [job, aJob('QUEUED', { id: 'job-2' }), aJob('COMPLETE')]) hub.jobChanged(change)
    hub.jobChanged(aJob('COMPLETE', { tenant: 'tenant-2' }))
    expect(heard).toEqual([job, aJob('COMPLETE')])
  })

  test('is told once more for each time of asking, also with the same listener', () => {
    const hub = createHub()
    let calls = 0
    const listener = (): void => void (calls += 1)
    const [stop] = [hub.onJob(job, listener), hub.onJob(job, listener)]
    hub.jobChanged(job)
    expect(calls).toBe(2)
    stop()
    hub.jobChanged(job)
    expect(calls).toBe(3)
  })

  test('hears nothing more once it has ended, which it may do twice', () => {
    const hub = createHub()
    const heard: string[] = []
    const stop = hub.onJob(job, () => heard.push('ended'))
    hub.onJob(job, () => heard.push('stays'))
    stop()
    stop()
    hub.jobChanged(job)
    expect(heard).toEqual(['stays'])
  })

  test('may end while it is being told, and the others are told all the same', () => {
    const hub = createHub()
    const heard: string[] = []
    const stop = hub.onJob(job, () => {
      heard.push('ends itself')
      stop()
    })
    hub.onJob(job, () => heard.push('stays'))
    hub.jobChanged(job)
    hub.jobChanged(job)
    expect(heard).toEqual(['ends itself', 'stays', 'stays'])
  })

  test('is not told when another one, who was told before, has ended it', () => {
    const hub = createHub()
    const heard: string[] = []
    const ends: (() => void)[] = []
    hub.onJob(job, () => {
      heard.push('first')
      for (const end of ends) end()
    })
    ends.push(hub.onJob(job, () => heard.push('second')))
    hub.jobChanged(job)
    expect(heard).toEqual(['first'])
  })

  test('is told of the next change when it comes while others are being told', () => {
    const hub = createHub()
    const heard: string[] = []
    const stop = hub.onJob(job, () => {
      stop()
      hub.onJob(job, () => heard.push('newcomer'))
    })
    hub.jobChanged(job)
    expect(heard).toEqual([])
    hub.jobChanged(job)
    expect(heard).toEqual(['newcomer'])
  })

  test('is known as long as it waits', () => {
    const hub = createHub()
    expect(hub.isAwaited(job)).toBe(false)
    const stops = [hub.onJob(job, () => undefined), hub.onJob(job, () => undefined)]
    expect([hub.isAwaited(job), hub.isAwaited({ ...job, tenant: 'tenant-2' })]).toEqual([true, false])
    stops[0]?.()
    expect(hub.isAwaited(job)).toBe(true)
    stops[1]?.()
    expect(hub.isAwaited(job)).toBe(false)
  })
})

describe('who waits for a submission', () => {
  test('hears of it until it ends', () => {
    const hub = createHub()
    let calls = 0
    const stop = hub.onSubmission('one', () => void (calls += 1))
    hub.submissionChanged('one')
    hub.submissionChanged('two')
    stop()
    hub.submissionChanged('one')
    expect(calls).toBe(1)
  })
})

describe('catching up', () => {
  test('reads what is waited for, and nothing else, and tells it', async () => {
    const hub = createHub()
    const heard: unknown[] = []
    hub.onJob(job, (state) => heard.push(state))
    hub.onJob({ tenant: 'tenant-1', id: 'gone' }, (state) => heard.push(state))
    hub.onJob({ tenant: 'tenant-1', id: 'ended' }, (state) => heard.push(state))()
    hub.onSubmission('one', () => heard.push('one'))
    hub.onSubmission('two', () => heard.push('two'))()
    const read: string[] = []
    await hub.catchUp(({ id }) => {
      read.push(id)
      return Promise.resolve(id === 'job-1' ? aJob('COMPLETE') : null)
    })
    expect(read).toEqual(['job-1', 'gone'])
    expect(heard).toEqual(['one', aJob('COMPLETE')])
  })

  test('tells nothing to who ended while it was being read', async () => {
    const hub = createHub()
    const heard: Job[] = []
    const stop = hub.onJob(job, (state) => heard.push(state))
    await hub.catchUp(() => {
      stop()
      return Promise.resolve(aJob('COMPLETE'))
    })
    expect(heard).toEqual([])
  })
})
