import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../../src/domain/secret.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'

const [mine, other] = [new Secret('mhk_live_mine'), new Secret('mhk_live_other')]
const url = 'https://storage.example/result.png?X-Signature=abc'
const sealed = linkSeal.seal(mine, url)

/** The bytes with one bit of one of them turned over. */
const withFlippedBit = (text: string, index: number): string => {
  const bytes = Buffer.from(text, 'base64url')
  return Buffer.from(bytes.map((byte, at) => (at === index ? byte ^ 1 : byte))).toString('base64url')
}

test('a seal opens what it has sealed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(linkSeal.open(mine, linkSeal.seal(mine, text))).toBe(text)
    }),
    { numRuns: 30 },
  )
})

test('a sealed link shows nothing of the link or of the key', () => {
  const shown = sealed + Buffer.from(sealed, 'base64url').toString('latin1')
  for (const part of ['https', 'storage', 'result', 'Signature', 'abc', 'mhk_live']) expect(shown).not.toContain(part)
})

test('another key opens nothing', () => {
  expect(linkSeal.open(other, sealed)).toBeNull()
})

test('the same link is sealed to the same text, and to another one under another key', () => {
  expect(linkSeal.seal(mine, url)).toBe(sealed)
  expect(linkSeal.seal(other, url)).not.toBe(sealed)
  expect(linkSeal.seal(mine, `${url}d`)).not.toBe(sealed)
})

test('a text that was changed in any place is not opened', () => {
  const { length } = Buffer.from(sealed, 'base64url')
  const opened = Array.from({ length }, (_, index) => linkSeal.open(mine, withFlippedBit(sealed, index)))
  expect(opened).toEqual(Array.from({ length }, () => null))
})

test.for([
  ['empty', ''],
  ['too short', sealed.slice(0, 20)],
  ['cut off', sealed.slice(0, -2)],
  ['longer', `${sealed}AAAA`],
  ['a link in the clear', url],
] as const)('a text that is %s is not opened', ([, text]) => {
  expect(linkSeal.open(mine, text)).toBeNull()
})
