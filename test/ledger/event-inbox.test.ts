import { describe, expect, test } from 'vitest'
import { aState } from '../support/builders.ts'
import { testDatabases } from './databases.ts'

const databases = testDatabases()
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

describe.each(databases)('the inbox of events on $name', ({ open }) => {
  test('gives what was kept about a project as it was, in the order it came', async () => {
    await using opened = await open()
    const states = [
      aState('RENDERING', { name: 'Täßchen 🫖\0', createdAt: at(0), creditsCharged: 5, frameCost: 1, imageCount: 1 }),
      aState('COMPLETE', { type: null }),
      aState('ERROR'),
      aState(null, { deleted: true }),
    ]
    for (const [index, state] of states.entries()) await opened.ledger.keep(state, at(10 - index))
    expect(await opened.replica.kept('job-1')).toEqual(states.toReversed())
    expect(await opened.replica.kept('job-2')).toEqual([])
  })

  test('keeps one event a project and status, the first, also of many that come at the same moment', async () => {
    await using opened = await open()
    await opened.ledger.keep(aState('COMPLETE'), at(1))
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? opened.ledger : opened.replica).keep(aState('COMPLETE', { creditsCharged: index }), at(2)),
      ),
    )
    await opened.ledger.keep(aState('COMPLETE', { id: 'job-2' }), at(1))
    expect(await opened.ledger.kept('job-1')).toEqual([aState('COMPLETE')])
    expect((await opened.ledger.keptProjects()).toSorted()).toEqual(['job-1', 'job-2'])
  })

  test('forgets one project', async () => {
    await using opened = await open()
    await opened.ledger.keep(aState('QUEUED'), at(1))
    await opened.ledger.keep(aState('COMPLETE'), at(1))
    await opened.ledger.keep(aState('COMPLETE', { id: 'job-2' }), at(1))
    await opened.ledger.forget('job-1')
    expect(await opened.ledger.keptProjects()).toEqual(['job-2'])
  })

  test('forgets what came before a time', async () => {
    await using opened = await open()
    await opened.ledger.keep(aState('QUEUED'), at(1))
    await opened.ledger.keep(aState('COMPLETE'), at(2))
    await opened.ledger.forgetBefore(at(2))
    expect(await opened.ledger.kept('job-1')).toEqual([aState('COMPLETE')])
  })
})
