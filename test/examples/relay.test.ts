import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test as base } from 'vitest'

const example = fileURLToPath(new URL('../../examples/relay', import.meta.url))
const schemaFolder = fileURLToPath(new URL('../../schema', import.meta.url))
const compiler = createRequire(import.meta.url).resolve('relay-compiler/cli.js')

/** A copy of the example without what is generated, beside the schema as it is by now. */
const test = base.extend<{ folder: string }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are needed
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'relay-'))
    await cp(example, folder, { recursive: true, filter: (path) => !path.includes('__generated__') })
    const files = (await readdir(schemaFolder)).map((name) => readFile(join(schemaFolder, name), 'utf8'))
    await writeFile(join(folder, 'schema.graphql'), (await Promise.all(files)).join('\n'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
})

const compile = (cwd: string) =>
  new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    execFile(process.execPath, [compiler], { cwd }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr }),
    )
  })

const change = async (path: string, from: string, to: string): Promise<void> => {
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
}

describe("Relay's compiler", () => {
  test('takes each operation of the example, its connection and its refetch by node', async ({ folder }) => {
    expect(await compile(folder)).toMatchObject({ code: 0 })
    const made = await readdir(join(folder, 'src/__generated__'))
    expect(made).toEqual(expect.arrayContaining(['jobListPageQuery.graphql.ts', 'jobCardQuery.graphql.ts']))
    expect(await readFile(join(folder, 'src/__generated__/jobCardQuery.graphql.ts'), 'utf8')).toContain('node(id: $id)')
  })

  test('refuses an operation with a field that the schema does not have', async ({ folder }) => {
    await change(join(folder, 'src/job-card.tsx'), '        status\n', '        state\n')
    const { code, output } = await compile(folder)
    expect(code).toBe(1)
    expect(output).toContain('The type `BackgroundRemovalJob` has no field `state`.')
  })

  test('notices when a field goes from the schema', async ({ folder }) => {
    await change(join(folder, 'schema.graphql'), '  permanentUrl: URL\n', '  lastingUrl: URL\n')
    const { code, output } = await compile(folder)
    expect(code).toBe(1)
    expect(output).toContain('has no field `permanentUrl`')
  })
})
