import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { type FakeServer, startFakeServer } from './fake-server.ts'
import { writePhoto } from './pictures.ts'
import { type Ended, type Program, type ProgramOptions, entry, startProgram } from './program.ts'

/** The command line, as a child process or, where a process of its own adds nothing, in this one. */
interface Cli {
  start(args: readonly string[], env?: ProgramOptions['env']): Program
  run(args: readonly string[], env?: ProgramOptions['env']): Promise<Ended>
  runHere(args: readonly string[], env?: ProgramOptions['env']): Promise<Ended>
}

/** A test of the command line. */
export const test = base.extend<{ directory: string; photo: string; cli: Cli; server: FakeServer }>({
  /** An empty directory of the test's own; the working directory of child processes. */
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are needed
  directory: async ({}, use) => {
    const path = await mkdtemp(join(tmpdir(), 'magic-hour-cli-'))
    await use(path)
    await rm(path, { recursive: true })
  },
  /** `photo.jpg` in that directory, as an absolute path. */
  photo: async ({ directory }, use) => {
    const path = join(directory, 'photo.jpg')
    await writePhoto(path)
    await use(path)
  },
  cli: async ({ directory }, use) => {
    const started: Program[] = []
    const start: Cli['start'] = (args, env = {}) => {
      const program = startProgram(process.execPath, [entry, ...args], { env, cwd: directory })
      started.push(program)
      return program
    }
    await use({ start, run: (args, env) => start(args, env).ended, runHere })
    await Promise.all(started.map((program) => program[Symbol.asyncDispose]()))
  },
  // oxlint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    await using server = await startFakeServer()
    await use(server)
  },
})

const runHere: Cli['runHere'] = async (args, env = {}) => {
  const output = { stdout: '', stderr: '' }
  const code = await main(args, {
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text) },
    environment: { SANDBOX_RENDER_MS: '0', DATA_DIR: 'memory:', ...env },
  })
  return { code, ...output }
}
