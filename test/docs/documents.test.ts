import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadConfig, settingNames } from '../../src/config.ts'
import { errorCatalogue } from '../../src/graphql/error-catalogue.ts'

const read = (path: string): string => readFileSync(path, 'utf8')

/** The cells of the rows whose first cell is one name in code style, in SCREAMING_SNAKE_CASE. */
const rowsOf = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .filter((line) => /^\| `[A-Z][A-Z_]+` \|/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| |`/g, '').trim()))

describe('docs/errors.md', () => {
  test('has a row for each code, with what the program says of it', () => {
    const documented = rowsOf(read('docs/errors.md')).map(([code, retryable, charged]) => ({
      code,
      retryable,
      charged,
    }))
    const actual = Object.entries(errorCatalogue).map(([code, { retryable, charged }]) => ({
      code,
      retryable: retryable ? 'yes' : 'no',
      charged,
    }))
    const byCode = (a: { code?: string | undefined }, b: { code?: string | undefined }) =>
      (a.code ?? '').localeCompare(b.code ?? '')
    expect(documented.toSorted(byCode)).toEqual(actual.toSorted(byCode))
  })
})

describe('docs/configuration.md', () => {
  test('has a row for each setting, and no other', () => {
    const documented = rowsOf(read('docs/configuration.md')).map(([setting = '']) => setting)
    expect(documented.toSorted()).toEqual([...settingNames].toSorted())
  })
})

describe('.env.example', () => {
  const example = parseEnv(read('.env.example'))

  test('names each setting, and no other', () => {
    expect(Object.keys(example).toSorted()).toEqual([...settingNames].toSorted())
  })

  test('holds the defaults', () => {
    expect(loadConfig(example)).toEqual(loadConfig({}))
  })
})
