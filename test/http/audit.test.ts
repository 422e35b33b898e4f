import { type Audit, serverAudits } from 'graphql-http'
import { test as base, describe, expect } from 'vitest'
import { type TestApp, startApp } from '../support/app.ts'

/** GraphQL over HTTP, as the specification's own audit checks it. No audit is excepted. */
const auditsOf = (url: string): Audit[] =>
  serverAudits({
    url,
    // The audit's GET requests look like those that a foreign page can make a browser send; this header tells them apart.
    fetchFn: (target: string, request: RequestInit = {}) =>
      fetch(target, { ...request, headers: { ...toRecord(request.headers), 'apollo-require-preflight': 'true' } }),
  })

const toRecord = (headers: RequestInit['headers']): Record<string, string> =>
  Object.fromEntries(new Headers(headers ?? {}).entries())

const test = base.extend<{ app: TestApp }>({
  app: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are needed
    async ({}, use) => {
      await using app = await startApp()
      await use(app)
    },
    { scope: 'file' },
  ],
})

describe('the server', () => {
  test.for(auditsOf('').map(({ id, name }) => [id, name] as const))('%s: %s', async ([id, name], { app }) => {
    const audit = auditsOf(`${app.url}/graphql`).find((candidate) => candidate.id === id)
    expect(await audit?.fn()).toEqual({ id, name, status: 'ok' })
  })
})
