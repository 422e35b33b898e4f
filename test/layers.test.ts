import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const root = new URL('../', import.meta.url)
const oxlint = fileURLToPath(new URL('node_modules/oxlint/bin/oxlint', root))
const report = z.object({
  diagnostics: z.array(z.object({ code: z.string(), help: z.string().nullish(), filename: z.string() })),
})

/** Files of the project, as they might be: path to text. */
type Files = Readonly<Record<string, string>>

/** What the project's own linter says of each of these projects. All are looked at in one run. */
const lintEach = async (projects: readonly Files[]): Promise<string[][]> => {
  const folder = await mkdtemp(join(tmpdir(), 'layers-'))
  try {
    await Promise.all(projects.map((files, index) => writeProject(join(folder, String(index)), files)))
    const { diagnostics } = report.parse(JSON.parse(await runOxlint(folder)))
    return projects.map((_files, index) =>
      diagnostics
        .filter(({ filename }) => filename.startsWith(`${index}/`))
        .map(({ code, help }) => `${code} ${help ?? ''}`),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const lint = async (files: Files): Promise<string[]> => (await lintEach([files])).flat()

const writeProject = async (folder: string, files: Files): Promise<void> => {
  await mkdir(folder)
  await copyFile(new URL('.oxlintrc.json', root), join(folder, '.oxlintrc.json'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const runOxlint = (folder: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, [oxlint, '--format', 'json'], { cwd: folder }, (_error, stdout) => resolve(stdout))
  })

const importing = (path: string): string => `import { thing } from '${path}'\n\nexport const mine = [thing]\n`
const restricted = (help: string): string[] => [`eslint(no-restricted-imports) ${help}`]

const domain = restricted('domain imports nothing outside itself.')
const adapter = restricted('An adapter imports only the domain.')
const resolver = restricted('A resolver imports only the domain and graphql.')
const http = restricted('http imports only domain and graphql.')
const sandbox = restricted('The sandbox imports nothing of ours: it must not share our misreadings.')
const leaf = restricted('config and logger import nothing of ours.')
const cli = restricted('cli imports app, config, logger and sandbox.')
const index = restricted('index re-exports app, config and domain.')

describe('the linter refuses an import that breaks the layers', () => {
  const cases = [
    ['src/domain/job.ts', 'zod', domain],
    ['src/domain/job.ts', '@apollo/server', domain],
    ['src/domain/job.ts', 'graphql/language', domain],
    ['src/domain/job.ts', 'node:crypto', domain],
    ['src/domain/job.ts', 'crypto', domain],
    ['src/domain/job.ts', '../clock.ts', domain],
    ['src/upstream/client.ts', '../ledger/ledger.ts', adapter],
    ['src/upstream/client.ts', '../config.ts', adapter],
    ['src/ledger/ledger.ts', '../upstream/client.ts', adapter],
    ['src/events/hub.ts', '../ledger/ledger.ts', adapter],
    ['src/worker/worker.ts', '../upstream/client.ts', adapter],
    ['src/graphql/context.ts', '../upstream/client.ts', adapter],
    ['src/graphql/context.ts', '../http/server.ts', adapter],
    ['src/graphql/resolvers/job.ts', '../../upstream/client.ts', resolver],
    ['src/graphql/resolvers/job.ts', '../../ledger/ledger.ts', resolver],
    ['src/http/server.ts', '../upstream/client.ts', http],
    ['src/http/server.ts', '../ledger/ledger.ts', http],
    ['src/http/server.ts', '../app.ts', http],
    ['src/sandbox/server.ts', '../domain/job.ts', sandbox],
    ['src/sandbox/server.ts', '../upstream/wire.ts', sandbox],
    ['src/sandbox/cut-out/areas.ts', '../../domain/job.ts', sandbox],
    ['src/config.ts', './clock.ts', leaf],
    ['src/logger.ts', './config.ts', leaf],
    ['src/cli.ts', './domain/job.ts', cli],
    ['src/cli/serve.ts', '../domain/job.ts', cli],
    ['src/cli/serve.ts', '../upstream/client.ts', cli],
    ['src/index.ts', './graphql/schema.ts', index],
    ['src/index.ts', './upstream/client.ts', index],
  ] as const
  const found = lintEach(cases.map(([file, path]) => ({ [file]: importing(path) })))

  test.for(cases.map((row, at) => [...row, at] as const))('%s from %s', async ([, , problems, at]) => {
    expect((await found)[at]).toEqual(problems)
  })

  test('also of a type alone, of what is handed on, and of what is loaded later', async () => {
    const file = 'src/upstream/client.ts'
    expect(await lint({ [file]: `import type { T } from '../app.ts'\n\nexport type Mine = T[]\n` })).toEqual(adapter)
    expect(await lint({ [file]: `export { thing } from '../app.ts'\n` })).toEqual(adapter)
    expect(await lint({ [file]: `export const load = (): unknown => import('../app.ts')\n` })).toEqual(adapter)
  })
})

describe('the linter lets an import pass that keeps the layers', () => {
  const cases = [
    ['src/domain/job.ts', './ports.ts'],
    ['src/upstream/client.ts', '../domain/job.ts'],
    ['src/upstream/client.ts', './wire.ts'],
    ['src/upstream/client.ts', 'zod'],
    ['src/graphql/context.ts', '../domain/job.ts'],
    ['src/graphql/resolvers/job.ts', '../../domain/job.ts'],
    ['src/graphql/resolvers/job.ts', '../arguments.ts'],
    ['src/http/server.ts', '../graphql/context.ts'],
    ['src/http/server.ts', '../domain/job.ts'],
    ['src/sandbox/server.ts', './limits.ts'],
    ['src/cli.ts', './cli/serve.ts'],
    ['src/cli/serve.ts', '../app.ts'],
    ['src/config.ts', 'zod'],
    ['src/app.ts', './upstream/client.ts'],
  ] as const
  const found = lintEach(cases.map(([file, path]) => ({ [file]: importing(path) })))

  test.for(cases.map((row, at) => [...row, at] as const))('%s from %s', async ([, , at]) => {
    expect((await found)[at]).toEqual([])
  })

  test('src/index.ts from the app, the configuration and the domain', async () => {
    const text = ['./app.ts', './config.ts', './domain/job.ts'].map((path, at) => `export { a${at} } from '${path}'\n`)
    expect(await lint({ 'src/index.ts': text.join('') })).toEqual([])
  })
})

describe('the environment of the process', () => {
  const text = 'export const environment = (): unknown => process.env\n'

  test('is read by src/config.ts', async () => {
    expect(await lint({ 'src/config.ts': text })).toEqual([])
  })

  test('is read by nothing else', async () => {
    const [problem = ''] = await lint({ 'src/app.ts': text })
    expect(problem).toMatch(/no-process-env/)
  })
})

test('the linter refuses files that import each other', async () => {
  const problems = await lint({
    'src/worker/a.ts': `import { b } from './b.ts'\n\nexport const a = (): unknown => b\n`,
    'src/worker/b.ts': `import { a } from './a.ts'\n\nexport const b = (): unknown => a\n`,
  })
  expect(problems.filter((problem) => problem.includes('no-cycle'))).toHaveLength(2)
})
