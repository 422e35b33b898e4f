import { linkSeal } from '../../src/ledger/link-seal.ts'
import { createMagicHourClient } from '../../src/upstream/client.ts'
import { type Respond, startStub } from './stub-server.ts'
import { createTestClock } from './test-clock.ts'

/** An attempt is long enough not to be skipped with the waits: it ends only when a test moves the clock on. */
const limits = { attemptTimeoutMs: 60_000, deadlineMs: 90_000, maxAttempts: 4 }

/** A client whose waits between attempts take no time, and whose attempts never time out by themselves. */
export const aClient = (baseUrl: URL) => {
  const clock = createTestClock({ skipUpToMs: 45_000 })
  return {
    clock,
    client: createMagicHourClient({
      baseUrl,
      clock,
      links: linkSeal,
      random: () => 0.5,
      limits: { charged: limits, free: limits },
    }),
  }
}

/** The same, with a server that answers like this. */
export const startClient = async (respond: Respond, prefix = '') => {
  const server = await startStub(respond)
  const { clock, client } = aClient(new URL(prefix, server.url))
  return { server, clock, client, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
