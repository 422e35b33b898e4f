import { describe, expect, test } from 'vitest'
import { aSubmission } from '../support/builders.ts'
import { testDatabases } from './databases.ts'

const databases = testDatabases()
const anyName = { name: 'Mug', token: null }
const unknown = { outcome: { state: 'UNKNOWN' } } as const
const sought = (name: string | null, token: string | null, startedSince = new Date(0)) => ({
  name,
  token,
  startedSince,
})
const leaseEnd = new Date('2026-01-01T00:00:15Z')

describe.each(databases)('a submission on $name', ({ open }) => {
  test('is found again as it was begun, by its id and by its key', async () => {
    await using opened = await open()
    const intent = aSubmission({ idempotencyKey: 'order-7', token: 'abcdefgh23456', name: 'Täßchen 🫖' })
    expect(await opened.ledger.begin(intent)).toEqual(intent)
    expect(await opened.ledger.findSubmission(intent.id)).toEqual(intent)
    expect(await opened.ledger.findSubmissionByKey('tenant-1', 'order-7')).toEqual(intent)
  })

  test('that is not there is null', async () => {
    await using opened = await open()
    expect(await opened.ledger.findSubmission('nobody')).toBeNull()
    expect(await opened.ledger.findSubmissionByKey('tenant-1', 'order-7')).toBeNull()
  })

  test('with a key that is taken changes nothing and gives the earlier one', async () => {
    await using opened = await open()
    const first = aSubmission({ idempotencyKey: 'order-7' })
    await opened.ledger.begin(first)
    const second = aSubmission({ idempotencyKey: 'order-7', argumentsHash: 'hash-2' })
    expect(await opened.ledger.begin(second)).toEqual(first)
    expect(await opened.ledger.findSubmission(second.id)).toBeNull()
  })

  test('with one key, begun 20 times at the same moment on two replicas, is one', async () => {
    await using opened = await open()
    const intents = Array.from({ length: 20 }, () => aSubmission({ idempotencyKey: 'order-7' }))
    const begun = await Promise.all(
      intents.map((intent, index) => (index % 2 === 0 ? opened.ledger : opened.replica).begin(intent)),
    )
    expect(new Set(begun.map(({ id }) => id)).size).toBe(1)
    expect(await opened.query('select id from submissions')).toEqual([{ id: begun[0]?.id }])
  })

  test('takes the key over at the moment when the earlier one is discarded, or gets the earlier one', async () => {
    await using opened = await open()
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = [aSubmission({ idempotencyKey: 'k' }), aSubmission({ idempotencyKey: 'k' })]
      await opened.ledger.begin(first)
      const [got] = await Promise.all([opened.replica.begin(second), opened.ledger.discard(first.id)])
      expect([first.id, second.id]).toContain(got.id)
      expect((await opened.ledger.findSubmission(second.id)) !== null).toBe(got.id === second.id)
      await opened.ledger.discard(second.id)
    }
  })

  test('keeps its key apart from the same key of another tenant', async () => {
    await using opened = await open()
    const mine = aSubmission({ idempotencyKey: 'order-7' })
    const theirs = aSubmission({ idempotencyKey: 'order-7', tenant: 'tenant-2' })
    expect([await opened.ledger.begin(mine), await opened.ledger.begin(theirs)]).toEqual([mine, theirs])
  })

  test('without a key is always a new one', async () => {
    await using opened = await open()
    const intents = [aSubmission(), aSubmission()]
    expect(await Promise.all(intents.map((intent) => opened.ledger.begin(intent)))).toEqual(intents)
  })

  test('keeps its lease as long as it is being sent', async () => {
    await using opened = await open()
    const intent = await opened.ledger.begin(aSubmission())
    const leaseUntil = new Date('2026-01-01T00:01:00Z')
    expect(await opened.ledger.renew(intent.id, leaseUntil)).toBe(true)
    expect(await opened.ledger.findSubmission(intent.id)).toMatchObject({ outcome: { state: 'SENDING', leaseUntil } })
    await opened.ledger.doubt(intent.id)
    expect(await opened.ledger.renew(intent.id, leaseUntil)).toBe(false)
    expect(await opened.ledger.findSubmission(intent.id)).toMatchObject(unknown)
    expect(await opened.ledger.renew('nobody', leaseUntil)).toBe(false)
  })
})

describe.each(databases)('the doubt about a submission on $name', ({ open }) => {
  test('is had of those whose lease is over, and of no other', async () => {
    await using opened = await open()
    const over = await opened.ledger.begin(aSubmission({ outcome: { state: 'SENDING', leaseUntil: leaseEnd } }))
    const outcome = { state: 'SENDING', leaseUntil: new Date(leaseEnd.getTime() + 1) } as const
    const held = await opened.ledger.begin(aSubmission({ outcome }))
    expect(await opened.ledger.doubtExpired(leaseEnd)).toBe(1)
    expect(await opened.ledger.doubtExpired(leaseEnd)).toBe(0)
    expect(await opened.ledger.findSubmission(over.id)).toMatchObject(unknown)
    expect(await opened.ledger.findSubmission(held.id)).toMatchObject({ outcome })
  })

  test('is counted once when two replicas look at the same moment', async () => {
    await using opened = await open()
    await Promise.all(Array.from({ length: 20 }, () => opened.ledger.begin(aSubmission())))
    const counts = await Promise.all([opened.ledger.doubtExpired(leaseEnd), opened.replica.doubtExpired(leaseEnd)])
    expect(counts.reduce((sum, count) => sum + count)).toBe(20)
  })

  test('keeps its key bound', async () => {
    await using opened = await open()
    const intent = await opened.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))
    await opened.ledger.doubt(intent.id)
    expect(await opened.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))).toMatchObject({
      id: intent.id,
      ...unknown,
    })
  })
})

describe.each(databases)('the key of a submission on $name', ({ open }) => {
  test.for(['SENDING', 'UNKNOWN'])('is free again after one that was %s is discarded', async (state) => {
    await using opened = await open()
    const intent = await opened.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))
    if (state === 'UNKNOWN') await opened.ledger.doubt(intent.id)
    await opened.ledger.discard(intent.id)
    const next = aSubmission({ idempotencyKey: 'order-7' })
    expect(await opened.ledger.begin(next)).toEqual(next)
  })

  test('is given up of an unknown one, which is still to be found', async () => {
    await using opened = await open()
    const intent = await opened.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))
    await opened.ledger.doubt(intent.id)
    expect(await opened.ledger.abandon(intent.id)).toBe(true)
    const next = aSubmission({ idempotencyKey: 'order-7' })
    expect(await opened.ledger.begin(next)).toEqual(next)
    const abandoned = { ...intent, idempotencyKey: null, outcome: { state: 'ABANDONED' } }
    expect(await opened.ledger.findSubmission(intent.id)).toEqual(abandoned)
  })

  test('is given up once, and never while the submission is being sent', async () => {
    await using opened = await open()
    const intent = await opened.ledger.begin(aSubmission({ idempotencyKey: 'order-7' }))
    expect(await opened.ledger.abandon(intent.id)).toBe(false)
    await opened.ledger.doubt(intent.id)
    const given = await Promise.all([opened.ledger.abandon(intent.id), opened.replica.abandon(intent.id)])
    expect(given.toSorted()).toEqual([false, true])
  })

  test('that was given up leaves a trace that its late sender cannot wipe out', async () => {
    await using opened = await open()
    const intent = await opened.ledger.begin(aSubmission())
    await opened.ledger.doubt(intent.id)
    await opened.ledger.abandon(intent.id)
    await opened.ledger.discard(intent.id)
    expect(await opened.ledger.findSubmission(intent.id)).toMatchObject({ outcome: { state: 'ABANDONED' } })
  })
})

describe.each(databases)('the open submissions on $name', ({ open }) => {
  test('are found by their name or by their token, the oldest first', async () => {
    await using opened = await open()
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
    const byToken = aSubmission({ name: 'image · abcdefgh23456', token: 'abcdefgh23456', startedAt: at(3) })
    const byName = aSubmission({ ...anyName, startedAt: at(2) })
    const oldest = aSubmission({ ...anyName, startedAt: at(1), tenant: 'tenant-2' })
    const other = aSubmission({ name: 'Cup' })
    for (const intent of [byToken, byName, oldest, other]) await opened.ledger.begin(intent)
    expect(await opened.ledger.findOpenSubmissions(sought('Mug', 'abcdefgh23456'))).toEqual([oldest, byName, byToken])
    expect(await opened.ledger.findOpenSubmissions(sought(null, 'abcdefgh23456'))).toEqual([byToken])
    expect(await opened.ledger.findOpenSubmissions(sought('Mug', null))).toEqual([oldest, byName])
    expect(await opened.ledger.findOpenSubmissions(sought(null, null))).toEqual([])
  })

  test('of an older time are found by their token, and by their name no more', async () => {
    await using opened = await open()
    const named = await opened.ledger.begin(aSubmission(anyName))
    const token = await opened.ledger.begin(aSubmission({ name: 'Cup', token: 'abcdefgh23456' }))
    const since = (name: string | null, ms: number) =>
      opened.ledger.findOpenSubmissions(sought(name, token.token, new Date(named.startedAt.getTime() + ms)))
    expect(await since('Mug', 0)).toHaveLength(2)
    expect(await since('Mug', 1)).toEqual([token])
  })

  test('are a hundred at most', async () => {
    await using opened = await open()
    await Promise.all(Array.from({ length: 101 }, () => opened.ledger.begin(aSubmission(anyName))))
    expect(await opened.ledger.findOpenSubmissions(sought('Mug', null))).toHaveLength(100)
  })

  test('are those that no job was found for, also when they are given up', async () => {
    await using opened = await open()
    expect(await opened.ledger.hasOpenSubmissions(new Date(0))).toBe(false)
    const intent = await opened.ledger.begin(aSubmission(anyName))
    expect(await opened.ledger.hasOpenSubmissions(new Date(0))).toBe(true)
    await opened.ledger.doubt(intent.id)
    await opened.ledger.abandon(intent.id)
    expect(await opened.ledger.hasOpenSubmissions(new Date(0))).toBe(true)
    expect(await opened.ledger.findOpenSubmissions(sought('Mug', null))).toMatchObject([{ id: intent.id }])
    await opened.ledger.discard((await opened.ledger.begin(aSubmission())).id)
    expect(await opened.ledger.findOpenSubmissions(sought('Mug', null))).toHaveLength(1)
  })
})
