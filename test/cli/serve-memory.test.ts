import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { z } from 'zod'
import { heapFlags } from '../../src/cli/tune-heap.ts'
import { test } from './cli-test.ts'

const rounds = 8

test('after an overload, what lives for a moment is still collected while it is young', async ({ cli }) => {
  const overload = new URL('overload.ts', import.meta.url).href
  const server = cli.start(['serve'], { PORT: '0', NODE_OPTIONS: `--import=${overload}` })
  await server.waitFor('listening')

  server.process.kill('SIGUSR2')

  const told = await server.waitFor(/(?<=grown: )\[.*\](?=\n)/)
  // Of about 40 MB that were made each time. What the overload itself left, and what a full collection takes away, shows in one or two.
  const grown = z.array(z.number()).length(rounds).parse(JSON.parse(told))
  expect(grown.toSorted((one, other) => one - other)[rounds / 2]).toBeLessThan(1_000_000)
})

test('this Node knows what V8 is told: it would pass over a name in silence that it does not', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  for (const flag of heapFlags) expect(known).toContain(`  --${flag.replace(/^--(?:no-)?|=.*/g, '')} `)
})
