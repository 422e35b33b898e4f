import { getHeapSpaceStatistics } from 'node:v8'

/*
 * Runs in a process before its own code. On SIGUSR2 it lives through what some hundred requests at once do to the heap, then makes
 * what lives for a moment only, and tells how many bytes more the old generation had after each time.
 */

interface Made {
  readonly numbers: readonly number[]
  readonly words: { readonly count: number }
}

const make = (count: number): Made => ({ numbers: [count, count + 1], words: { count } })

/** Makes so many, of which the last ones are there at a time. */
const makeMany = (count: number, atATime: number): (Made | null)[] => {
  const kept = Array.from<Made | null>({ length: atATime }).fill(null)
  for (let made = 0; made < count; made += 1) kept[made % atATime] = make(made)
  return kept
}

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0

/** Stays alive: a full collection that finds it dead would have V8 forget what it has learnt. */
const alive: (Made | null)[][] = []

const overload = (): void => {
  for (let round = 0; round < 40; round += 1) {
    alive.push(makeMany(100_000, 100_000))
    if (alive.length > 4) alive.shift()
  }
}

const growth = (): number => {
  const before = oldBytes()
  makeMany(300_000, 100)
  return oldBytes() - before
}

process.once('SIGUSR2', () => {
  overload()
  process.stdout.write(`grown: ${JSON.stringify(Array.from({ length: 8 }, growth))}\n`)
  alive.length = 0
})
