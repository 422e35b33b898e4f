import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import type { Ledger } from '../../src/domain/ledger.ts'
import { aJob, aSubmission } from '../support/builders.ts'
import { testDatabases } from './databases.ts'

const databases = testDatabases()
const key = 'order-7'
const job = aJob('QUEUED')
const accepted = { outcome: { state: 'ACCEPTED', jobId: 'job-1' } } as const

const begun = (ledger: Ledger) => ledger.begin(aSubmission({ idempotencyKey: key }))
const update = (ledger: Ledger, changed: Job) => ledger.update({ ...changed, revision: changed.revision + 1 }, null)

describe.each(databases)('the job of a submission on $name', ({ open, openAlone }) => {
  test.for(['SENDING', 'UNKNOWN', 'ABANDONED'])('is recorded when the submission is %s', async (state) => {
    await using opened = await open()
    const { ledger } = opened
    const intent = await begun(ledger)
    if (state !== 'SENDING') await ledger.doubt(intent.id)
    if (state === 'ABANDONED') await ledger.abandon(intent.id)
    expect(await ledger.accept(intent.id, job, null)).toEqual(job)
    expect(await ledger.find('tenant-1', ['job-1'])).toEqual([job])
    expect(await ledger.findSubmission(intent.id)).toMatchObject(accepted)
    expect(await ledger.findSubmissionByKey('tenant-1', key)).toEqual(
      state === 'ABANDONED' ? null : { ...intent, ...accepted },
    )
    expect(await ledger.hasOpenSubmissions(new Date(0))).toBe(false)
  })

  test('is at first what it is later, also where its name holds what a database cannot', async () => {
    await using opened = await open()
    const { id } = await begun(opened.ledger)
    const first = await opened.ledger.accept(id, { ...job, name: 'a\0b \uD83D' }, null)
    expect(first.name).toBe('a\uFFFDb \uFFFD')
    expect(await opened.ledger.find('tenant-1', ['job-1'])).toEqual([first])
  })

  test('is due when it is said to be, and not at all when nothing is said', async () => {
    await using opened = await open()
    const now = new Date('2026-01-01T00:00:03Z')
    await opened.ledger.accept((await opened.ledger.begin(aSubmission())).id, job, now)
    await opened.ledger.accept((await opened.ledger.begin(aSubmission())).id, aJob('QUEUED', { id: 'job-2' }), null)
    const claim = { owner: 'worker', now, until: new Date(now.getTime() + 1), limit: 9 }
    expect(await opened.ledger.claimDue(['server'], claim)).toEqual([job])
  })

  test('is recorded together with the outcome, or neither is, whatever else is recorded at that moment', async () => {
    await using opened = await openAlone()
    const { ledger } = opened
    const [first, second] = [await begun(ledger), await ledger.begin(aSubmission())]
    await opened.query(`create unique index one_accepted on submissions (state) where state = 'ACCEPTED'`)
    await ledger.accept(first.id, job, null)
    const others = Array.from({ length: 10 }, () => aSubmission())
    const refused = ledger.accept(second.id, aJob('QUEUED', { id: 'job-2' }), null)
    const begins = Promise.all(others.map((other) => ledger.begin(other)))
    await expect(refused).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
    await begins
    expect(await ledger.findAnywhere('job-2')).toEqual([])
    for (const intent of [second, ...others]) expect(await ledger.findSubmission(intent.id)).toEqual(intent)
  })

  test('is recorded and read while a newer version of the program has added a column', async () => {
    await using opened = await openAlone()
    await opened.ledger.accept((await begun(opened.ledger)).id, job, null)
    await opened.ledger.find('tenant-1', ['job-1'])
    for (const table of ['jobs', 'submissions']) await opened.query(`alter table ${table} add column newer text`)
    const second = await opened.ledger.begin(aSubmission({ idempotencyKey: 'order-8' }))
    const other = aJob('QUEUED', { id: 'job-2' })
    expect(await opened.ledger.accept(second.id, other, null)).toEqual(other)
    expect(await opened.ledger.find('tenant-1', ['job-1'])).toEqual([job])
    expect(await opened.ledger.findSubmissionByKey('tenant-1', 'order-8')).toMatchObject({ id: second.id })
  })

  test('that is recorded again is the same, and is not set back', async () => {
    await using opened = await open()
    const intent = await begun(opened.ledger)
    await opened.ledger.accept(intent.id, job, null)
    await update(opened.ledger, aJob('COMPLETE'))
    const now = aJob('COMPLETE', { revision: 1 })
    expect(await opened.ledger.accept(intent.id, job, new Date(0))).toEqual(now)
    expect(await opened.ledger.find('tenant-1', ['job-1'])).toEqual([now])
    expect(await opened.ledger.nextDueAt(['server'], new Date(1))).toBeNull()
  })

  test('that was there before the answer came is not set back', async () => {
    await using opened = await open()
    const intent = await begun(opened.ledger)
    await opened.ledger.adopt(aJob('RENDERING'), null)
    expect(await opened.ledger.accept(intent.id, job, null)).toEqual(aJob('RENDERING'))
    expect(await opened.ledger.findSubmission(intent.id)).toMatchObject(accepted)
  })

  test('stays the first one, and a second one is not lost either', async () => {
    await using opened = await open()
    const intent = await begun(opened.ledger)
    await opened.ledger.accept(intent.id, job, null)
    const second = aJob('QUEUED', { id: 'job-2' })
    expect(await opened.ledger.accept(intent.id, second, null)).toEqual(job)
    expect(await opened.ledger.find('tenant-1', ['job-2'])).toEqual([second])
    expect(await opened.ledger.findSubmissionByKey('tenant-1', key)).toMatchObject(accepted)
  })

  test('is one, also when the answer and an event tell of two at the same moment', async () => {
    await using opened = await open()
    const intent = await begun(opened.ledger)
    const jobs = Array.from({ length: 10 }, (_, index) => aJob('QUEUED', { id: `job-${index % 2}` }))
    const got = await Promise.all(
      jobs.map((each, index) => (index % 3 === 0 ? opened.ledger : opened.replica).accept(intent.id, each, null)),
    )
    expect(new Set(got.map(({ id }) => id)).size).toBe(1)
    expect(await opened.ledger.find('tenant-1', ['job-0', 'job-1'])).toHaveLength(2)
    expect(await opened.ledger.findSubmission(intent.id)).toMatchObject({ outcome: { jobId: got[0]?.id } })
  })

  test('is recorded also when the submission is not there any more, and is given as it is by now', async () => {
    await using opened = await open()
    expect(await opened.ledger.accept('discarded', job, null)).toEqual(job)
    await update(opened.ledger, aJob('RENDERING'))
    expect(await opened.ledger.accept('discarded', job, null)).toEqual(aJob('RENDERING', { revision: 1 }))
  })

  test('cannot be taken from it by doubt, by a late refusal or by a person', async () => {
    await using opened = await open()
    const intent = await begun(opened.ledger)
    await opened.ledger.accept(intent.id, job, null)
    await opened.ledger.doubt(intent.id)
    await opened.ledger.discard(intent.id)
    expect(await opened.ledger.doubtExpired(new Date('2027-01-01'))).toBe(0)
    expect(await opened.ledger.abandon(intent.id)).toBe(false)
    expect(await opened.ledger.findSubmissionByKey('tenant-1', key)).toEqual({ ...intent, ...accepted })
  })

  test('is recorded although a replica whose clock is fast held its sender for gone', async () => {
    await using opened = await open()
    const intent = await begun(opened.ledger)
    expect(await opened.replica.doubtExpired(new Date('2026-01-01T00:10:00Z'))).toBe(1)
    expect(await opened.ledger.renew(intent.id, new Date('2026-01-01T00:00:20Z'))).toBe(false)
    await opened.ledger.accept(intent.id, job, null)
    expect(await opened.ledger.findSubmissionByKey('tenant-1', key)).toMatchObject(accepted)
  })
})
