import { existsSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { expect, test as plainTest } from 'vitest'
import { createProgress } from '../../src/cli/progress.ts'
import { test } from './cli-test.ts'
import { entry, startProgram } from './program.ts'

const anOutput = (isTTY: boolean, columns = 80) => {
  const output = { text: '', isTTY, columns, write: (text: string) => (output.text += text) }
  return output
}

plainTest('elsewhere than on a terminal each step is one line, said once', () => {
  const output = anOutput(false)
  const progress = createProgress(output, undefined)
  for (const step of ['queued', 'queued', 'rendering']) progress.step(step)
  progress.advance(0.5)
  progress.note('a note')
  progress.end()
  expect(output.text).toBe('queued\nrendering\na note\n')
})

plainTest('on a terminal one line is rewritten, notes stay above it, and nothing is left of it at the end', () => {
  const output = anOutput(true)
  const progress = createProgress(output, 'xterm')
  progress.step('uploading photo.jpg')
  progress.advance(0.455)
  progress.note('a note')
  progress.step('queued')
  progress.end()

  const drawn = output.text.split('\r\u001B[2K').slice(1)
  expect(drawn[0]).toMatch(/^⠋ {2}uploading photo\.jpg {2}\d+\.\d s$/)
  expect(drawn[1]).toBe('a note\n')
  expect(drawn[2]).toMatch(/^⠋ {2}uploading photo\.jpg {2}█{7}░{9} {2}45 % {2}\d+\.\d s$/)
  expect(drawn[3]).toMatch(/^⠋ {2}queued {2}\d+\.\d s$/)
  expect(drawn.at(-1)).toBe('')
})

plainTest('the line never grows longer than the terminal is wide', () => {
  const output = anOutput(true, 20)
  const progress = createProgress(output, 'xterm')
  progress.step('uploading a photo with a long name.jpg')
  progress.end()
  const [, line = ''] = output.text.split('\r\u001B[2K')
  expect(line).toHaveLength(19)
})

plainTest('a terminal that cannot rewrite a line gets plain ones', () => {
  const output = anOutput(true)
  createProgress(output, 'dumb').step('queued')
  expect(output.text).toBe('queued\n')
})

// `script` gives a program a terminal; util-linux has it, other systems have another one under this name.
test.skipIf(process.platform !== 'linux' || !existsSync('/usr/bin/script'))(
  'on a real terminal the line is live',
  async ({ photo, server }) => {
    const command = [process.execPath, entry, 'remove', photo, '--server', server.url].join(' ')
    await using program = startProgram('/usr/bin/script', ['-qec', command, '/dev/null'], { env: { TERM: 'xterm' } })

    const { code, stdout } = await program.ended

    expect(code).toBe(0)
    expect(stdout).toContain('\r\u001B[2K⠋  asking the server')
    expect(stripVTControlCharacters(stdout)).toContain('job: job-1')
  },
)
