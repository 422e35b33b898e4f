import { expect, test } from 'vitest'
import { Secret } from '../../src/domain/secret.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'
import { ticketSeal } from '../../src/ledger/ticket-seal.ts'

const [mine, other] = [new Secret('mhk_live_mine'), new Secret('mhk_live_other')]
const ticket = {
  uploadUrl: "https://storage.example/file?X-Sig=a%2fb'c|d",
  extension: 'png',
  sizeBytes: 10 * 1024 ** 3,
  tenant: 'gateway:shop',
  expiresAt: new Date('2026-01-01T00:15:00.123Z'),
}
const sealed = ticketSeal.seal(mine, ticket)

test('a ticket comes out of its seal as it went in', () => {
  expect(ticketSeal.open(mine, sealed)).toEqual(ticket)
})

test('a sealed ticket can stand in a URL as it is', () => {
  expect(encodeURIComponent(sealed)).toBe(sealed)
})

test('a ticket is opened with its own key alone, and only as it was made', () => {
  expect(ticketSeal.open(other, sealed)).toBeNull()
  expect(ticketSeal.open(mine, sealed.slice(0, -2))).toBeNull()
  expect(ticketSeal.open(mine, '')).toBeNull()
})

test('what was sealed for another use is no ticket, though the key is the same', () => {
  const text = JSON.stringify({ ...ticket, expiresAt: 1 })
  const link = linkSeal.seal(mine, text)
  expect(linkSeal.open(mine, link)).toBe(text)
  expect(ticketSeal.open(mine, link)).toBeNull()
  // Under the name of the right key too.
  expect(ticketSeal.open(mine, link.replace(/^[^.]+/, sealed.split('.')[0] ?? ''))).toBeNull()
  expect(linkSeal.open(mine, sealed)).toBeNull()
})
