import { describe, expect, test } from 'vitest'
import { type CpuProfile, readProfile } from '../../bench/comparison/profile-groups.ts'

const modules = 'file:///app/node_modules'
const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 0 })

/** Each sample takes 10 microseconds. */
const aProfile = (samples: readonly number[]): CpuProfile => ({
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 4] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('execute', `${modules}/graphql/execution/execute.js`), children: [5] },
    { id: 4, callFrame: frame('(garbage collector)') },
    { id: 5, callFrame: frame('begin', 'file:///app/src/ledger/submissions.ts'), children: [6] },
    { id: 6, callFrame: frame('run', `${modules}/@scope/nested/node_modules/kysely/dist/a.js`), children: [7] },
    { id: 7, callFrame: frame('writeUtf8String') },
  ],
  startTime: 1_000,
  samples: [...samples],
  timeDeltas: samples.map(() => 10),
})
const all = { from: 0, to: 10_000 }

describe('a profile', () => {
  test('is shares of the time that was not idle, by package and by folder of ours', () => {
    const { groups, idle } = readProfile(aProfile([2, 2, 3, 5]), all)
    expect(idle).toBe(0.5)
    expect(groups.filter(({ self }) => self > 0)).toEqual([
      { name: 'graphql/execution', self: 0.5, inclusive: 1 },
      { name: 'src/ledger', self: 0.5, inclusive: 0.5 },
    ])
  })

  test('counts what Node does for somebody as theirs, and a nested package as itself', () => {
    const [first] = readProfile(aProfile([7]), all).groups
    expect(first).toEqual({ name: 'kysely', self: 1, inclusive: 1 })
  })

  test('counts the collection of garbage by itself', () => {
    expect(readProfile(aProfile([4]), all).groups[0]?.name).toBe('(garbage collector)')
  })

  test('leaves out what was before and after the window', () => {
    const { functions } = readProfile(aProfile([3, 4, 3]), { from: 1_015, to: 1_025 })
    expect(functions.find(({ self }) => self === 1)?.name).toBe('(garbage collector)')
  })
})
