import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test as plainTest } from 'vitest'
import { type BoardState, boardLines } from '../../src/cli/board-lines.ts'
import { createBoard } from '../../src/cli/board.ts'
import { test } from './cli-test.ts'
import { entry, startProgram } from './program.ts'

/** Control sequences as text. */
const readable = (text: string): string => text.replaceAll('\u001B', '<ESC>')

const state: BoardState = {
  photos: [
    { name: 'shop/mugs/red-mug-from-the-left.jpg', step: 'uploading', bytes: 2_000_000, fraction: 0.25 },
    { name: 'table.jpg', step: 'rendering', bytes: null, fraction: null },
  ],
  total: 40,
  ended: 12,
  worked: 10,
  failed: 1,
  creditsCharged: 55,
  elapsedMs: 65_000,
  frame: 0,
}

plainTest('each photo has a line, with its bytes, and all together one with sums and times', () => {
  expect(boardLines(state, { columns: 100, rows: 24 })).toEqual([
    '⠋ shop/mugs/red-mug-from-the-left.jpg       uploading 500 kB of 2.0 MB  ███░░░░░░░░░',
    '⠋ table.jpg                                 rendering',
    '████░░░░░░░░  12 of 40  1 failed  55 credits  1:05, about 3:02 left',
  ])
})

plainTest.for([80, 60, 40, 24, 8, 1])('no line is as wide as a terminal of %i columns', (columns) => {
  for (const line of boardLines(state, { columns, rows: 24 }))
    expect(line.length).toBeLessThanOrEqual(Math.max(1, columns - 1))
})

plainTest('a narrow terminal keeps the end of the name, the step and the count', () => {
  expect(boardLines(state, { columns: 42, rows: 24 })).toEqual([
    '⠋ …e-left.jpg  uploading 500 kB of 2.0 MB',
    '⠋ table.jpg                     rendering',
    '12 of 40  1 failed  55 credits  1:05, abo',
  ])
})

plainTest('there are never more lines than a low terminal can rewrite', () => {
  const photos = Array.from({ length: 32 }, () => ({ name: 'a', step: 'queued', bytes: null, fraction: null }))
  const lines = boardLines({ ...state, photos }, { columns: 80, rows: 10 })
  expect(lines).toHaveLength(9)
  expect(lines.at(-1)).toContain('12 of 40')
})

const sums = () => ({ total: 2, ended: 0, worked: 0, failed: 0, creditsCharged: 0 })

plainTest('on a terminal lines that stay are written above, and nothing of the live ones is left at the end', () => {
  const output = { text: '', isTTY: true, columns: 80, rows: 24, write: (text: string) => (output.text += text) }
  const board = createBoard(output, { terminal: 'xterm', sums })
  board.photo('a.jpg').step('queued')
  board.note('first')
  board.note('second')
  board.end()

  const [, first, second, last] = readable(output.text).split('<ESC>[J')
  expect(first).toMatch(/^first\n<ESC>\[\?7l⠋ a\.jpg.*\n.*0 of 2.*<ESC>\[\?7h\r<ESC>\[1A$/s)
  expect(second).toMatch(/^second\n/)
  expect(last).toBe('')
})

plainTest('elsewhere only what stays is written, without control characters', () => {
  const output = { text: '', isTTY: false, write: (text: string) => (output.text += text) }
  const board = createBoard(output, { terminal: 'xterm', sums })
  const photo = board.photo('a\u001B[31m.jpg')
  photo.step('queued')
  photo.transfer('uploading', { name: 'a.jpg', bytes: 5 })
  photo.advance(0.5)
  photo.note('job job-1 is made')
  photo.end()
  board.end()
  expect(output.text).toBe('a [31m.jpg: job job-1 is made\n')
})

// `script` gives a program a terminal; util-linux has it, other systems have another one under this name.
test.skipIf(process.platform !== 'linux' || !existsSync('/usr/bin/script'))(
  'on a real terminal no line is wider than it is, and no colour is used',
  async ({ server, directory }) => {
    await mkdir(join(directory, 'in'))
    for (const name of ['one', 'two']) await writeFile(join(directory, 'in', `${name}.jpg`), name)
    const command = `stty cols 40 rows 10; ${process.execPath} ${entry} remove in --server ${server.url}`
    await using program = startProgram('/usr/bin/script', ['-qec', command, '/dev/null'], {
      env: { TERM: 'xterm', NO_COLOR: '1' },
      cwd: directory,
    })

    const { code, stdout } = await program.ended

    expect(code).toBe(0)
    expect(stdout).toContain('\u001B[?7l')
    expect(readable(stdout)).not.toMatch(/<ESC>\[[\d;]*m/)
    const live = [...readable(stdout).matchAll(/<ESC>\[\?7l(.*?)<ESC>\[\?7h/gs)].flatMap(([, lines = '']) =>
      lines.split(/\r?\n/),
    )
    expect(live.length).toBeGreaterThan(0)
    for (const line of live) expect(line.length).toBeLessThan(40)
    expect(stripVTControlCharacters(stdout)).toContain('done: 2')
  },
)
