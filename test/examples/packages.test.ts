import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const versions = z.record(z.string(), z.string()).default({})
const manifest = z.object({
  private: z.boolean().optional(),
  workspaces: z.array(z.string()).default([]),
  dependencies: versions,
  devDependencies: versions,
})
const read = (path: string) => manifest.parse(JSON.parse(readFileSync(path, 'utf8')))
const lock = z
  .object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))

const root = read('package.json')
const rootVersions = { ...root.dependencies, ...root.devDependencies }

describe.for(root.workspaces.filter((folder) => folder.startsWith('examples/')))('%s/package.json', (folder) => {
  const example = read(`${folder}/package.json`)
  const wanted = Object.entries({ ...example.dependencies, ...example.devDependencies })

  test('is not to be published', () => {
    expect(example.private).toBe(true)
  })

  test('names exact versions, those that are installed', () => {
    const installed = wanted.map(([name]) => [name, lock.packages[`node_modules/${name}`]?.version])
    expect(wanted).toEqual(installed)
  })

  test("agrees with the project's own versions", () => {
    const shared = wanted.filter(([name]) => name in rootVersions)
    expect(shared).not.toEqual([])
    expect(shared).toEqual(shared.map(([name]) => [name, rootVersions[name]]))
  })
})
