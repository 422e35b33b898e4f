import { expect, test } from 'vitest'
import { createLastUsed } from '../../src/graphql/last-used.ts'

test('what is used again and again stays, however many others come', () => {
  const kept = createLastUsed<number>(10)
  kept.set('often', 1)
  for (let other = 0; other < 1_000; other += 1) {
    expect(kept.get('often')).toBe(1)
    kept.set(`other-${other}`, other)
  }
})

test('of many that are used once, the last stay and no more than allowed', () => {
  const kept = createLastUsed<number>(10)
  for (let n = 0; n < 1_000; n += 1) kept.set(`${n}`, n)
  const found = Array.from({ length: 1_000 }, (_, n) => n).filter((n) => kept.get(`${n}`) !== undefined)
  expect(found.length).toBeLessThanOrEqual(10)
  expect(found.slice(-5)).toEqual([995, 996, 997, 998, 999])
})
