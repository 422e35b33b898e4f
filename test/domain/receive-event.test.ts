import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { aCaller, aJob, aState, aSubmission } from '../support/builders.ts'
import { openReplica, put, storedJob } from './looking-up.ts'
import { created } from './submitting.ts'

const job = aJob('QUEUED')
const now = job.createdAt
const full = { name: 'Mug', createdAt: now }

describe('an event about a job of ours', () => {
  test('that comes again changes the job once, and is told once', async () => {
    const { receiveEvent, stored, hub } = await openReplica()
    await put(stored, job)
    const heard: Job[] = []
    hub.onJob(job, (state) => heard.push(state))
    for (const _again of [1, 2, 3]) expect(await receiveEvent(aState('COMPLETE'))).toBe('APPLIED')
    await Promise.all([1, 2].map(() => receiveEvent(aState('RENDERING'))))
    expect(heard.map(({ status, revision }) => [status, revision])).toEqual([['COMPLETE', 1]])
    expect(await storedJob(stored, job)).toEqual(heard[0])
  })

  test('changes it for each tenant who knows it', async () => {
    const { receiveEvent, stored } = await openReplica()
    await Promise.all(['tenant-1', 'tenant-2'].map((tenant) => put(stored, aJob('QUEUED', { tenant }))))
    await receiveEvent(aState('COMPLETE'))
    expect((await stored.findAnywhere(job.id)).map(({ status }) => status)).toEqual(['COMPLETE', 'COMPLETE'])
  })

  test('with a status nobody knows is no news', async () => {
    const { receiveEvent, stored } = await openReplica()
    await put(stored, job)
    expect(await receiveEvent(aState(null, { name: 'new' }))).toBe('APPLIED')
    expect(await storedJob(stored, job)).toEqual(job)
  })
})

describe('an event about a project that nobody knows', () => {
  test('is passed over where no answer is out, and leaves nothing', async () => {
    const { receiveEvent, stored } = await openReplica()
    expect(await receiveEvent(aState('COMPLETE', full))).toBe('PASSED_OVER')
    expect([await stored.keptProjects(), await stored.findAnywhere(job.id)]).toEqual([[], []])
  })

  test('of another tool is passed over, whatever is out', async () => {
    const { receiveEvent, stored } = await openReplica()
    await stored.begin(aSubmission())
    expect(await receiveEvent(aState('COMPLETE', { ...full, type: 'FACE_SWAP' }))).toBe('PASSED_OVER')
    expect(await stored.keptProjects()).toEqual([])
  })

  test('is kept while an answer is out, and applied with it: the end is known without a look-up', async () => {
    const { receiveEvent, recordAnswer, stored, asked } = await openReplica()
    const submission = await stored.begin(aSubmission())
    expect(await receiveEvent(aState('COMPLETE', { ...full, imageCount: 1 }))).toBe('KEPT')
    expect(await receiveEvent(aState('RENDERING', full))).toBe('KEPT')
    expect(await recordAnswer(submission, created(job.id))).toMatchObject({ status: 'COMPLETE', imageCount: 1 })
    expect(await stored.keptProjects()).toEqual([])
    expect(asked).toEqual([])
  })

  test('is applied where the answer is recorded between the looks for its job', async () => {
    const one = await openReplica()
    const submission = await one.stored.begin(aSubmission())
    const { receiveEvent } = await openReplica({
      beside: one,
      broken: {
        hasOpenSubmissions: async (startedSince: Date) => {
          await one.recordAnswer(submission, created(job.id))
          return one.stored.hasOpenSubmissions(startedSince)
        },
      },
    })
    expect(await receiveEvent(aState('COMPLETE', full))).toBe('APPLIED')
    expect(await storedJob(one.stored, job)).toMatchObject({ status: 'COMPLETE' })
  })

  test('is applied where the answer is recorded as it is being kept', async () => {
    const one = await openReplica()
    const submission = await one.stored.begin(aSubmission())
    const { receiveEvent } = await openReplica({
      beside: one,
      broken: {
        keep: async (state, receivedAt) => {
          await one.recordAnswer(submission, created(job.id))
          await one.stored.keep(state, receivedAt)
        },
      },
    })
    expect(await receiveEvent(aState('COMPLETE', full))).toBe('APPLIED')
    expect(await storedJob(one.stored, job)).toMatchObject({ status: 'COMPLETE' })
    expect(await one.stored.keptProjects()).toEqual([])
  })

  test('is never taken for one about the job that the submission is answered with in this moment', async () => {
    const one = await openReplica()
    const named = aSubmission({ name: 'image [mhg-abcdefgh23456]', token: 'abcdefgh23456' })
    const submission = await one.stored.begin(named)
    const { receiveEvent } = await openReplica({
      beside: one,
      broken: {
        findOpenSubmissions: async (sought) => {
          const open = await one.stored.findOpenSubmissions(sought)
          await one.recordAnswer(submission, created('the-answer'))
          return open
        },
      },
    })
    await receiveEvent(aState('ERROR', { id: 'the-twin', name: named.name }))
    const [answer] = await one.stored.find('tenant-1', ['the-answer'])
    const [twin] = await one.stored.find('tenant-1', ['the-twin'])
    expect([answer, twin]).toMatchObject([{ status: 'QUEUED' }, { status: 'ERROR' }])
    expect(await one.stored.findSubmission(submission.id)).toMatchObject({ outcome: { jobId: 'the-answer' } })
  })

  test('is not thrown away with the others by a replica that has not seen it', async () => {
    const one = await openReplica()
    const submission = await one.stored.begin(aSubmission())
    await one.receiveEvent(aState('RENDERING', full))
    const other = await openReplica({
      beside: one,
      broken: {
        kept: async (projectId) => {
          const kept = await one.stored.kept(projectId)
          // One more comes to another replica after this one has read, which takes it for unknown still.
          await one.stored.keep(aState('COMPLETE', full), now)
          return kept
        },
      },
    })
    await other.recordAnswer(submission, created(job.id))
    expect(await storedJob(one.stored, job)).toMatchObject({ status: 'COMPLETE' })
  })

  test('kept for longer than anybody can claim it is thrown away', async () => {
    const { receiveEvent, stored, clock } = await openReplica()
    await stored.begin(aSubmission())
    await receiveEvent(aState('COMPLETE', full))
    clock.advance(86_400_000)
    await stored.forgetBefore(new Date(clock.now()))
    expect(await stored.keptProjects()).toEqual([])
  })
})

test('two events at once about a lost job bring it back, and both are heeded', async () => {
  const { receiveEvent, stored } = await openReplica()
  const token = 'abcdefgh23456'
  const name = `Background Remover - 2026-01-01 [mhg-${token}]`
  await stored.begin(aSubmission({ name, token, outcome: { state: 'UNKNOWN' } }))
  await Promise.all([receiveEvent(aState('RENDERING', { name })), receiveEvent(aState('COMPLETE', { name }))])
  expect(await storedJob(stored, job)).toMatchObject({ status: 'COMPLETE', downloads: aState('COMPLETE').downloads })
})

describe('an event that is too old to be believed', () => {
  const unfinished = aJob('RENDERING')

  test('has Magic Hour asked about its job', async () => {
    const { askAgain, stored, asked } = await openReplica({ answer: () => aState('COMPLETE') })
    await put(stored, unfinished)
    await askAgain(job.id)
    expect(await storedJob(stored, job)).toMatchObject({ status: 'COMPLETE' })
    expect(asked).toHaveLength(1)
  })

  test('may be sent again as often as somebody likes: of a finished job nothing is asked', async () => {
    const { askAgain, stored, asked } = await openReplica({ answer: () => aState('COMPLETE') })
    await put(stored, aJob('COMPLETE'))
    await Promise.all([1, 2, 3].map(() => askAgain(job.id)))
    expect(asked).toEqual([])
  })

  test('about a project that cannot be ours has nothing asked', async () => {
    const { askAgain, asked } = await openReplica()
    await askAgain('project-9')
    expect(asked).toEqual([])
  })

  test('finds a lost job by what Magic Hour answers', async () => {
    const token = 'abcdefgh23456'
    const name = `Background Remover - 2026-01-01 [mhg-${token}]`
    const { askAgain, stored } = await openReplica({ answer: (id) => aState('RENDERING', { id, name }) })
    const { id } = await stored.begin(aSubmission({ name, token }))
    await askAgain('lost-1')
    expect((await stored.findSubmission(id))?.outcome).toEqual({ state: 'ACCEPTED', jobId: 'lost-1' })
  })

  test('has nothing asked with a key that is not the job’s', async () => {
    const { askAgain, stored, asked, keyring } = await openReplica({ answer: () => aState('COMPLETE') })
    await put(stored, aJob('RENDERING', { account: 'tenant-1' }))
    await askAgain(job.id)
    expect(asked).toEqual([])
    keyring.hold('tenant-1', aCaller().apiKey)
    await askAgain(job.id)
    expect(asked).toHaveLength(1)
  })
})
