import { readFile } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { usageOf } from '../../src/cli/usage.ts'
import { test } from './cli-test.ts'

test('help and version go to standard output', async ({ cli }) => {
  for (const flag of ['--help', '-h']) {
    const { code, stdout } = await cli.runHere([flag])
    expect(code).toBe(0)
    expect(stdout).toContain('Exit codes')
  }
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { code, stdout } = await cli.runHere(['--version'])
  expect(code).toBe(0)
  expect(manifest).toContain(`"version": "${stdout.trim()}"`)
})

test.for(['serve', 'sandbox', 'remove'])('%s has a help of its own', async (command, { cli }) => {
  const { code, stdout, stderr } = await cli.runHere([command, '--help'])

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`magic-hour-graphql ${command === 'serve' ? '[serve]' : command}`)
})

describe('a command line that cannot be understood ends with exit code 2 and says why', () => {
  test.for<[string, string]>([
    ['remov photo.jpg', 'There is no command «remov». Known are serve, sandbox, migrate, remove.'],
    ['--port 80', "Unknown option '--port'"],
    ['serve now', '«serve» takes no arguments'],
    ['remove', 'Which photo?'],
    ['remove a.jpg b.jpg -o result.png', 'For several photos --output is the folder for all of them'],
    ['remove a.jpg --concurrency 33', 'give a whole number from 1 to 32'],
    ['remove a.jpg --concurrency x', 'give a whole number from 1 to 32'],
    ['remove a.jpg --state=', '--state: give a path.'],
    ['remove a.jpg --colour red', "Unknown option '--colour'"],
    ['remove a.jpg --output', 'argument missing'],
    ['remove a.jpg -o result.jpg', 'let the name of the output end in .png'],
    ['remove a.jpg --server localhost:4000', 'give an http(s) URL, for example http://localhost:4000'],
    ['remove a.jpg --server http://user:pass@localhost', 'give the key with --key-file'],
    ['remove a.jpg --key a --key-file b', 'Give --key or --key-file, not both.'],
  ])('%s', async ([line, words], { cli }) => {
    const { code, stdout, stderr } = await cli.runHere(line.split(' '))

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(words)
    expect(stderr).toContain('See magic-hour-graphql --help.')
  })
})

test('docs/cli.md has every option of the help, and the help has every option of docs/cli.md', async () => {
  const documented = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  const optionsIn = (text: string): string[] => [...new Set(text.match(/(?<![\w-])--[a-z][a-z-]*/g))].toSorted()
  const help = [usageOf(null), usageOf('serve'), usageOf('sandbox'), usageOf('remove')].join('')
  expect(optionsIn(documented)).toEqual(optionsIn(help))
})

test('the exit code is the process’s', async ({ cli }) => {
  const { code, stderr } = await cli.run(['remove'])
  expect(code).toBe(2)
  expect(stderr).toContain('Which photo?')
})
