import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { faults } from '../../src/sandbox/faults.ts'

/** Each row of the page's tables of magic names: the name without its prefix, and whether it says that a job was charged. */
const documented = async (): Promise<[string, string][]> => {
  const page = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')
  const rows = page.matchAll(/^\| `sandbox:(?<name>\S+)` \| (?<charged>yes|no) \|/gm)
  return [...rows].map(({ groups }) => [groups?.['name'] ?? '', groups?.['charged'] ?? ''])
}

test('docs/sandbox.md has a row for each magic name, and no other, in each case saying whether it charges', async () => {
  const built = [...faults].map(([name, { at }]) => [name, at === 'request' ? 'no' : 'yes'] as const)
  const byName = (a: readonly [string, string], b: readonly [string, string]): number => (a[0] < b[0] ? -1 : 1)
  expect((await documented()).toSorted(byName)).toEqual(built.toSorted(byName))
})
