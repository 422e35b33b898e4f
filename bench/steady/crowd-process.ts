import { authorization, idLength, idlePrefix } from '../comparison/workloads.ts'
import { type Crowd, gather } from '../subscriptions/crowd.ts'
import { crowdOrder } from './idle-crowd.ts'

/*
 * Subscriptions that wait, in a process of its own. It is told where, and how many; then it tells, whenever it is asked, how they
 * are. Each watches a job of its own, as somebody's app does.
 */

const jobIdOf = (number: number): string => idlePrefix + String(number).padStart(idLength - idlePrefix.length, '0')

let crowd: Crowd | null = null

const answer = async (message: unknown): Promise<object> => {
  if (crowd === null) {
    const { port, subscriptions } = crowdOrder.parse(message)
    const shape = { sockets: subscriptions, operationsEach: 1 }
    crowd = await gather(`http://127.0.0.1:${port}`, shape, { authorization, jobIdOf })
    await crowd.heard(1)
  }
  return { open: crowd.open, states: crowd.states }
}

process.on('message', (message) => {
  void answer(message)
    .catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }))
    .then((told) => process.send?.(told))
})
process.once('disconnect', () => process.exit())
