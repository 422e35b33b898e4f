import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../../cli/program.ts'

/** One of the examples, built as its reader would build it. */
export interface BuiltExample extends AsyncDisposable {
  /** Serves it, with its own proxy in front of this gateway. */
  serve(gateway: string): Promise<ServedExample>
}

/** An example that a browser can open. */
export interface ServedExample extends AsyncDisposable {
  readonly url: string
}

const vite = join(createRequire(import.meta.url).resolve('vite/package.json'), '../bin/vite.js')

/** Builds an example with its own `vite.config.ts`, into a folder that goes with it. */
export const buildExample = async (name: string): Promise<BuiltExample> => {
  const cwd = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))
  const outDir = await mkdtemp(join(tmpdir(), `example-${name}-`))
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    startProgram(process.execPath, [vite, ...args, '--outDir', outDir], { cwd, env })
  await using build = run(['build', '--emptyOutDir'])
  const { code, stdout, stderr } = await build.ended
  if (code !== 0) throw new TypeError(`${name} cannot be built:\n${stdout}${stderr}`)
  return {
    serve: async (gateway) => {
      const preview = run(['preview', '--port', '0', '--host', '127.0.0.1'], { GATEWAY: gateway, NO_COLOR: '1' })
      const url = await preview.waitFor(/http:\/\/127\.0\.0\.1:\d+/)
      return { url, [Symbol.asyncDispose]: () => preview[Symbol.asyncDispose]() }
    },
    [Symbol.asyncDispose]: () => rm(outDir, { recursive: true }),
  }
}
