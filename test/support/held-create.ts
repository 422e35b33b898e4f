import type { StubMagicHour } from './stub-magic-hour.ts'
import { json } from './stub-server.ts'

/**
 * Lets the next create wait for its answer.
 *
 * @returns what gives the answer: the job `held-1`
 */
export const holdNextCreate = (magicHour: StubMagicHour): (() => void) => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  magicHour.failNextCreate((response, request) => {
    void released.then(() => {
      magicHour.set('held-1', 'queued')
      json(200, { id: 'held-1', credits_charged: 5 })(response, request)
    })
  })
  return release
}
