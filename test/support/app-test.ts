import { test as base } from 'vitest'
import { type TestApp, startApp } from './app.ts'
import { type StubMagicHour, startStubMagicHour } from './stub-magic-hour.ts'

/** A test with the whole app over a server that answers as the vendor's description says. */
export const test = base.extend<{ magicHour: StubMagicHour; app: TestApp }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are needed
  magicHour: async ({}, use) => {
    await using magicHour = await startStubMagicHour()
    await use(magicHour)
  },
  app: async ({ magicHour }, use) => {
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href })
    await use(app)
  },
})
