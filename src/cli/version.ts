import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** The version of this package, for example `0.1.0`. */
export const packageVersion = (): string => {
  // Two levels up from src/cli as well as from dist/cli.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
