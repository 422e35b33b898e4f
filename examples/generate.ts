/** Generates what the examples do not commit, as each example's own `npm run codegen` does, in one process. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { generate } from '@graphql-codegen/cli'
import apolloClient from './apollo-client/codegen.ts'
import typedDocuments from './typed-documents/codegen.ts'
import urql from './urql/codegen.ts'

const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

await Promise.all([
  generate({ ...apolloClient, cwd: folder('apollo-client'), silent: true }),
  generate({ ...typedDocuments, cwd: folder('typed-documents'), silent: true }),
  generate({ ...urql, cwd: folder('urql'), silent: true }),
])

await import('./relay/print-schema.ts')
const relayCompiler = createRequire(import.meta.url).resolve('relay-compiler/cli.js')
execFileSync(process.execPath, [relayCompiler], { cwd: folder('relay'), stdio: ['ignore', 'ignore', 'inherit'] })
