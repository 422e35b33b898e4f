import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { Environment } from './io.ts'

/** Whose record it is: the jobs of one key at one server are nothing to another. */
export interface AccountAddress {
  /** Magic Hour, the sandbox or a GraphQL server. */
  readonly server: string
  /** A secret: only a hash of it becomes part of the folder's name. */
  readonly key: string | null
}

/** What `--state` is set to when nothing is to be kept. */
export const inMemory = 'memory:'

/**
 * Where the record of an account is kept: in `--state`, or else in the user's state folder as the XDG Base Directory Specification
 * has it.
 *
 * @returns an absolute path, which need not exist; null: nowhere, because there is no home, or nothing is to be kept
 */
export const stateFolderOf = (
  { server, key }: AccountAddress,
  { state, environment }: { readonly state: string | null; readonly environment: Environment },
): string | null => {
  const root = state === inMemory ? null : (state ?? usualRoot(environment))
  if (root === null) return null
  const account = createHash('sha256')
    .update(JSON.stringify([server, key]))
    .digest('hex')
    .slice(0, 32)
  return join(resolve(root), account)
}

const usualRoot = (environment: Environment): string | null => {
  // A relative one is to be ignored (specifications.freedesktop.org/basedir-spec).
  const xdg = environment['XDG_STATE_HOME']
  const base = [
    xdg?.startsWith('/') === true ? xdg : null,
    environment['LOCALAPPDATA'],
    environment['HOME'] ? join(environment['HOME'], '.local', 'state') : null,
  ].find(Boolean)
  return base ? join(base, 'magic-hour-graphql') : null
}
