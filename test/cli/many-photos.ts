import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type PhotoResult, type Summary, photoLine, summaryLine } from '../../src/cli/report.ts'
import { type FakeServer, data } from './fake-server.ts'

/** Files that pass for photos of different content, since nothing looks into them. */
export const writePhotos = async (directory: string, names: readonly string[]): Promise<void> => {
  for (const name of names) {
    await mkdir(join(directory, name, '..'), { recursive: true })
    await writeFile(join(directory, name), `photo ${name}`)
  }
}

/** Names of so many photos. */
export const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}.jpg`)

/** Answers each submission with a job of its own. */
export const manyJobs = (server: FakeServer): void => {
  let jobs = 0
  server.script.RemoveBackground = [
    (response) => {
      jobs += 1
      data({ removeBackground: server.job({ id: `job-${jobs}` }) })(response)
    },
  ]
}

/** What `--json` wrote, checked against the contract. */
export const linesOf = (stdout: string): { readonly photos: readonly PhotoResult[]; readonly summary: Summary } => {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  return {
    photos: lines.slice(0, -1).map((line) => photoLine.parse(line)),
    summary: summaryLine.parse(lines.at(-1)).summary,
  }
}
