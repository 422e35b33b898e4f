import { describe, expect, test } from 'vitest'
import { type WebhookDelivery, type WebhookNews, createReadWebhook } from '../../src/upstream/webhook.ts'
import { aPayload, eventText, sign, webhookSecret } from '../support/webhook-event.ts'

const now = Date.UTC(2026, 0, 1)
const at = (offsetSeconds: number): Date => new Date(now + offsetSeconds * 1_000)
const read = createReadWebhook({
  secret: webhookSecret,
  toleranceSeconds: 300,
  clock: { now: () => now },
  seal: (url) => `sealed:${url}`,
})
const delivery = (text: string | Buffer, signing: { secret?: string; at?: Date } = {}): WebhookDelivery => {
  const { body, headers } = sign(text, { at: at(0), ...signing })
  return { body, signature: headers['magic-hour-event-signature'], timestamp: headers['magic-hour-event-timestamp'] }
}
const completed = eventText('image.completed', aPayload('job-1', 'complete'))
const right = delivery(completed)
const statusOf = (news: WebhookNews) => (news.kind === 'news' ? news.state.status : news.kind)

describe('a delivery', () => {
  test('that is rightly signed is news', () => {
    expect(read(right)).toMatchObject({ kind: 'news', isStale: false, state: { id: 'job-1', status: 'COMPLETE' } })
  })

  test.for([
    ['odd spacing', ` {"type" :\n "image.completed",\t"payload": {"status":"complete" , "id":"job-1"}} \n`],
    ['letters beyond ASCII', eventText('image.completed', aPayload('job-1', 'complete', { name: 'Tasse ☕ «ß»' }))],
    [
      'escaped letters',
      String.raw`{"type":"image.completed","payload":{"id":"job-1","status":"complete","name":"☕"}}`,
    ],
    ['another order of its keys', '{"payload":{"status":"complete","id":"job-1"},"type":"image.completed"}'],
    ['a key twice', '{"type":"x","type":"image.completed","payload":{"id":"job-1","status":"complete"}}'],
  ] as const)('is checked by its bytes as they came: %s', ([, text]) => {
    expect(statusOf(read(delivery(text)))).toBe('COMPLETE')
  })

  test.for([
    ['no signature', undefined],
    ['an empty one', ''],
    ['one of another secret', delivery(completed, { secret: 'another' }).signature],
    ['one of another body', delivery(`${completed} `).signature],
    ['one of another time', delivery(completed, { at: at(1) }).signature],
    ['one that is short', right.signature?.slice(0, 62)],
    ['one that is long', `${right.signature ?? ''}00`],
    ['one in upper case', right.signature?.toUpperCase()],
    ['one with a line break', `${right.signature ?? ''}\n`],
    ['letters that are no hex digits', 'z'.repeat(64)],
    ['characters of two bytes', 'ß'.repeat(64)],
  ] as const)('with %s is forged', ([, signature]) => {
    expect(read({ ...right, signature })).toEqual({ kind: 'forged' })
  })

  test.for([
    ['no timestamp', undefined],
    ['an empty one', ''],
    ['words', 'now'],
    ['a fraction', '1767225600.5'],
    ['a sign', '+1767225600'],
    ['an exponent', '1e9'],
    ['a blank', ' 1767225600'],
    ['a line break', '1767225600\n'],
    ['milliseconds', '1767225600000'],
  ] as const)('with %s for its time is forged, however it is signed', ([, timestamp]) => {
    const { body } = right
    const signed = delivery(completed, { at: at(0) })
    expect(read({ body, timestamp, signature: signed.signature })).toEqual({ kind: 'forged' })
  })

  test('of a body that was changed is forged', () => {
    const body = Buffer.from(completed.replace('job-1', 'job-2'))
    expect(read({ ...right, body })).toEqual({ kind: 'forged' })
  })

  test.for([
    [-301, true],
    [-300, false],
    [300, false],
    [301, true],
  ] as const)('that was signed %i seconds from our clock: stale is %s', ([offset, isStale]) => {
    expect(read(delivery(completed, { at: at(offset) }))).toMatchObject({ kind: 'news', isStale })
  })

  test('is stale by the tolerance that is set', () => {
    const strict = createReadWebhook({
      secret: webhookSecret,
      toleranceSeconds: 2,
      clock: { now: () => now },
      seal: null,
    })
    expect(strict(delivery(completed, { at: at(-3) }))).toMatchObject({ isStale: true })
    expect(strict(delivery(completed, { at: at(-2) }))).toMatchObject({ isStale: false })
  })

  test('is checked with a secret of any letters', () => {
    const odd = createReadWebhook({ secret: 'ß☂', toleranceSeconds: 1, clock: { now: () => now }, seal: null })
    expect(odd(delivery(completed, { secret: 'ß☂' })).kind).toBe('news')
  })

  test.for([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['cut off JSON', completed.slice(0, -5)],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0])],
    ['null', 'null'],
    ['a list', '[]'],
    ['a video event', eventText('video.completed', aPayload('job-1', 'complete'))],
    ['an audio event', eventText('audio.errored', aPayload('job-1', 'error'))],
    ['no payload', '{"type":"image.completed"}'],
    ['a payload without an id', eventText('image.completed', { status: 'complete' })],
    ['a payload with an empty id', eventText('image.completed', { id: '', status: 'complete' })],
    ['a type that is no text', eventText('image.completed', null)],
  ] as const)('that is rightly signed and brings %s is passed over', ([, text]) => {
    expect(read(delivery(text))).toEqual({ kind: 'passed-over' })
  })
})

describe('what a delivery says', () => {
  test.for([
    ['image.started', 'RENDERING'],
    ['image.completed', 'COMPLETE'],
    ['image.errored', 'ERROR'],
    ['image.invented', null],
  ] as const)('of type %s with nothing but an id is status %s', ([type, status]) => {
    expect(statusOf(read(delivery(eventText(type, { id: 'job-1' }))))).toBe(status)
  })

  test.for([
    ['image.completed', 'rendering', 'COMPLETE'],
    ['image.errored', 'queued', 'ERROR'],
    ['image.completed', 'a status of later', 'COMPLETE'],
    ['image.started', 'complete', 'COMPLETE'],
    ['image.errored', 'canceled', 'CANCELED'],
  ] as const)('of type %s with the status %s is the further of the two', ([type, said, status]) => {
    expect(statusOf(read(delivery(eventText(type, { id: 'job-1', status: said }))))).toBe(status)
  })

  test('hides its links, and leaves them out where there is no key to hide them with', () => {
    const link = { url: 'https://s.example/r.png?sig=1', expires_at: '2026-01-02T00:00:00Z' }
    const text = eventText('image.completed', aPayload('job-1', 'complete', { downloads: [link] }))
    expect(read(delivery(text))).toMatchObject({
      state: { downloads: [{ sealedUrl: `sealed:${link.url}`, expiresAt: new Date(link.expires_at) }] },
    })
    const keyless = createReadWebhook({
      secret: webhookSecret,
      toleranceSeconds: 1,
      clock: { now: () => now },
      seal: null,
    })
    expect(keyless(delivery(text))).toMatchObject({ state: { downloads: [] } })
  })
})
