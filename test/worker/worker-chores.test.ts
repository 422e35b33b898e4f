import { describe, expect, test } from 'vitest'
import { LedgerUnavailable } from '../../src/domain/errors.ts'
import { put } from '../domain/looking-up.ts'
import { aJob, aState, aSubmission } from '../support/builders.ts'
import { advance, openProcess, untilStill } from './working.ts'

const start = aJob().createdAt.getTime()
const at = (ms: number): Date => new Date(start + ms)

describe('while a worker runs', () => {
  test('a submission whose sender has gone becomes unknown', async () => {
    const process = await openProcess()
    const submission = await process.stored.begin(aSubmission())
    process.worker.start()
    await untilStill(process)
    for (let second = 0; second < 30; second += 1) await advance(process, 1_000)
    expect((await process.stored.findSubmission(submission.id))?.outcome).toEqual({ state: 'UNKNOWN' })
  })

  test('the job of a sender that has gone is found by the event that came meanwhile', async () => {
    const process = await openProcess()
    const { stored, receiveEvent } = process
    const submission = await stored.begin(aSubmission())
    expect(await receiveEvent(aState('COMPLETE', { name: 'Mug', createdAt: at(1_000) }))).toBe('KEPT')
    process.worker.start()
    await untilStill(process)
    for (let second = 0; second < 30; second += 1) await advance(process, 1_000)
    expect((await stored.findSubmission(submission.id))?.outcome).toEqual({ state: 'ACCEPTED', jobId: 'job-1' })
    expect(await stored.keptProjects()).toEqual([])
  })

  test('an event that nobody has claimed for a day is thrown away', async () => {
    const process = await openProcess()
    await process.stored.begin(aSubmission())
    await process.receiveEvent(aState('COMPLETE', { name: 'Cup' }))
    process.worker.start()
    await untilStill(process)
    expect(await process.stored.keptProjects()).toEqual(['job-1'])
    await advance(process, 86_400_001)
    expect(await process.stored.keptProjects()).toEqual([])
  })

  test('an idle hour costs the ledger two questions a second and the chores, and Magic Hour nothing', async () => {
    const process = await openProcess()
    process.worker.start()
    await untilStill(process)
    for (let second = 0; second < 3_600; second += 1) {
      process.clock.advance(1_000)
      await process.clock.asleep(1)
    }
    const of = (name: string): number => process.calls.filter((call) => call === name).length
    expect([of('claimDue'), of('nextDueAt'), of('doubtExpired'), of('forgetBefore')]).toEqual([3_601, 3_601, 121, 121])
    expect(process.asked).toEqual([])
  })

  test('a ledger that is gone for a while is told of once, and asked once a second', async () => {
    let isGone = true
    const process = await openProcess({
      answer: () => aState('COMPLETE'),
      broken: ({ stored }) => ({
        claimDue: (accounts, claim) =>
          isGone ? Promise.reject(new LedgerUnavailable()) : stored.claimDue(accounts, claim),
        doubtExpired: () => Promise.reject(new LedgerUnavailable()),
      }),
    })
    await put(process.stored, aJob(), at(0))
    process.worker.start()
    await untilStill(process)
    for (let second = 0; second < 5; second += 1) await advance(process, 1_000)
    expect(process.calls.filter((call) => call === 'claimDue')).toHaveLength(6)
    expect(process.errors[0]).toMatch(/^tidying up failed/)
    expect(process.errors.filter((error) => error.startsWith('claiming look-ups failed'))).toHaveLength(1)
    isGone = false
    await advance(process, 1_000)
    expect(process.asked).toHaveLength(1)
  })
})
