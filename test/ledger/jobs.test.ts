import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Job, JobProgress, JobStatus } from '../../src/domain/job.ts'
import { aJob } from '../support/builders.ts'
import { testDatabases } from './databases.ts'

const databases = testDatabases()
const statuses: readonly JobStatus[] = ['DRAFT', 'QUEUED', 'RENDERING', 'COMPLETE', 'ERROR', 'CANCELED']
const full = { name: 'Täßchen 🫖 für Ωmega', frameCost: 1, imageCount: 3, lookedUpAt: new Date(1), deleted: true }

const text = fc.string({ unit: 'grapheme' })
const instant = fc.date({ noInvalidDate: true, min: new Date(-1), max: new Date('9999-12-31') })
const whole = fc.integer()
const downloads = fc.array(fc.record({ sealedUrl: text, expiresAt: instant }))
const progress: fc.Arbitrary<JobProgress> = fc.oneof(
  fc.record({ status: fc.constantFrom('DRAFT', 'QUEUED', 'RENDERING'), finishedAt: fc.constant(null) }),
  fc.record({ status: fc.constant('COMPLETE'), finishedAt: instant, downloads }),
  fc.record({
    status: fc.constant('ERROR'),
    finishedAt: instant,
    failure: fc.record({ code: text, message: text }),
  }),
  fc.record({ status: fc.constant('CANCELED'), finishedAt: instant }),
)
const facts = fc.record({
  id: fc.uuid(),
  tenant: text,
  account: text,
  revision: fc.nat(),
  name: fc.option(text),
  creditsCharged: whole,
  frameCost: fc.option(whole),
  imageCount: fc.option(whole),
  createdAt: instant,
  lookedUpAt: fc.option(instant),
  deleted: fc.boolean(),
})
const anyJob: fc.Arbitrary<Job> = fc.tuple(facts, progress).map(([known, reached]) => ({ ...known, ...reached }))

describe.each(databases)('a job on $name', ({ open }) => {
  test.for(statuses)('that is %s comes back as it was stored', async (status) => {
    await using opened = await open()
    const jobs = [aJob(status), aJob(status, { id: 'job-2', ...full })]
    for (const job of jobs) expect(await opened.ledger.adopt(job, null)).toEqual(job)
    expect(await opened.replica.findAnywhere('job-1')).toEqual([jobs[0]])
    expect(await opened.replica.find('tenant-1', ['job-2'])).toEqual([jobs[1]])
  })

  test('comes back as it was stored, whatever is in it', async () => {
    await using opened = await open()
    await fc.assert(
      fc.asyncProperty(anyJob, async (job) => {
        await opened.ledger.adopt(job, null)
        expect(await opened.ledger.find(job.tenant, [job.id])).toEqual([job])
      }),
      { numRuns: 60 },
    )
  })

  test('is stored although its texts hold what a database cannot', async () => {
    await using opened = await open()
    const { finishedAt } = aJob('CANCELED')
    if (finishedAt === null) return
    const failure = { code: 'odd\0', message: 'half of a pair: \uD83D' }
    const job: Job = { ...aJob('ERROR', { name: 'a\0b' }), status: 'ERROR', finishedAt, failure }
    const adopted = await opened.ledger.adopt(job, null)
    const stored = { name: 'a\uFFFDb', failure: { code: 'odd\uFFFD', message: 'half of a pair: \uFFFD' } }
    expect(await opened.ledger.findAnywhere('job-1')).toMatchObject([stored])
    expect([adopted]).toEqual(await opened.ledger.findAnywhere('job-1'))
  })

  test('that is there already stays as it is when it is taken over again', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('COMPLETE'), null)
    expect(await opened.ledger.adopt(aJob('QUEUED'), new Date(1))).toEqual(aJob('COMPLETE'))
    expect(await opened.ledger.nextDueAt(['server'], new Date(2))).toBeNull()
  })

  test('taken over 20 times at the same moment on two replicas is one', async () => {
    await using opened = await open()
    const jobs = Array.from({ length: 20 }, (_, index) => aJob('QUEUED', { creditsCharged: index }))
    const stored = await Promise.all(
      jobs.map((job, index) => (index % 2 === 0 ? opened.ledger : opened.replica).adopt(job, null)),
    )
    expect(new Set(stored.map(({ creditsCharged }) => creditsCharged)).size).toBe(1)
  })

  test('is found by its tenant alone', async () => {
    await using opened = await open()
    const [mine, theirs] = [aJob('QUEUED'), aJob('RENDERING', { tenant: 'tenant-2' })]
    await opened.ledger.adopt(mine, null)
    await opened.ledger.adopt(theirs, null)
    expect(await opened.ledger.find('tenant-1', ['job-1', 'job-2'])).toEqual([mine])
    expect(await opened.ledger.find('tenant-3', ['job-1'])).toEqual([])
    expect(await opened.ledger.find('tenant-1', [])).toEqual([])
  })

  test('is found anywhere, with all who know it', async () => {
    await using opened = await open()
    const jobs = [aJob('QUEUED'), aJob('RENDERING', { tenant: 'tenant-2' })]
    for (const job of jobs) await opened.ledger.adopt(job, null)
    const found = await opened.ledger.findAnywhere('job-1')
    expect(found.toSorted((a, b) => a.tenant.localeCompare(b.tenant))).toEqual(jobs)
    expect(await opened.ledger.findAnywhere('job-2')).toEqual([])
  })
})

describe.each(databases)('a change of a job on $name', ({ open }) => {
  test.for(statuses)('to %s is stored whole', async (status) => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('DRAFT'), null)
    const next = aJob(status, { ...full, revision: 1, creditsCharged: 0 })
    expect(await opened.ledger.update(next, null)).toBe(true)
    expect(await opened.ledger.findAnywhere('job-1')).toEqual([next])
  })

  test('is stored only on top of the revision that it was made from', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('QUEUED'), null)
    expect(await opened.ledger.update(aJob('RENDERING', { revision: 2 }), null)).toBe(false)
    expect(await opened.ledger.update(aJob('RENDERING', { revision: 0 }), null)).toBe(false)
    expect(await opened.ledger.update(aJob('RENDERING', { id: 'nobody', revision: 1 }), null)).toBe(false)
    expect(await opened.ledger.findAnywhere('job-1')).toEqual([aJob('QUEUED')])
  })

  test('is stored once of 20 from one revision at the same moment on two replicas', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('QUEUED'), null)
    const changes = Array.from({ length: 20 }, (_, index) => aJob('RENDERING', { revision: 1, creditsCharged: index }))
    const stored = await Promise.all(
      changes.map((job, index) => (index % 2 === 0 ? opened.ledger : opened.replica).update(job, null)),
    )
    expect(stored.filter(Boolean)).toHaveLength(1)
    expect(await opened.ledger.findAnywhere('job-1')).toEqual([changes[stored.indexOf(true)]])
  })

  test('never moves it in the list', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('QUEUED'), null)
    await opened.ledger.update(aJob('RENDERING', { revision: 1, createdAt: new Date(0) }), null)
    expect(await opened.ledger.findAnywhere('job-1')).toEqual([aJob('RENDERING', { revision: 1 })])
  })
})

describe.each(databases)('the render times seen on $name', ({ open }) => {
  const rendered = (second: number): Job => {
    const job = aJob('CANCELED', { id: `job-${second}`, revision: 1 })
    return { ...job, status: 'CANCELED', finishedAt: new Date(second * 1_000) }
  }

  test('are the newest, as many as are asked for', async () => {
    await using opened = await open()
    for (const second of [2, 3, 1]) {
      await opened.ledger.adopt(aJob('QUEUED', { id: `job-${second}` }), null)
      await opened.ledger.update(rendered(second), { afterMs: second, byMs: second + 1, saidBy: 'EVENT' })
    }
    expect(await opened.replica.seenRenders(2)).toEqual([
      { afterMs: 3, byMs: 4, saidBy: 'EVENT' },
      { afterMs: 2, byMs: 3, saidBy: 'EVENT' },
    ])
  })

  test('are kept while the job goes on changing, and none where nobody saw it finish', async () => {
    await using opened = await open()
    await opened.ledger.adopt(aJob('COMPLETE', { id: 'job-2' }), null)
    await opened.ledger.adopt(aJob('QUEUED', { id: 'job-1' }), null)
    const seen = { afterMs: 0, byMs: 4_000, saidBy: 'LOOKUP' } as const
    await opened.ledger.update(rendered(1), seen)
    await opened.ledger.update({ ...rendered(1), deleted: true, revision: 2 }, null)
    expect(await opened.ledger.seenRenders(9)).toEqual([seen])
  })
})
