import type { TestProject } from 'vitest/node'
import { startStub } from '../stub-server.ts'
import { type PostgresServer, startPostgres } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers with the URL of the run's one PostgreSQL server, which it starts when it is first asked. */
    postgresLauncher: string
  }
}

/**
 * Lets the tests have a PostgreSQL server. It starts when the first test asks for a database, so that a run without
 * one takes no longer.
 *
 * @returns what stops it
 */
export const setup = async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  let starting: Promise<PostgresServer> | null = null
  const launcher = await startStub((response) => {
    starting ??= startPostgres()
    starting.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  provide('postgresLauncher', launcher.url.href)
  return async () => {
    await launcher[Symbol.asyncDispose]()
    const server = await starting?.catch(() => null)
    await server?.[Symbol.asyncDispose]()
  }
}
