import { overWebSocket } from '../../test/support/subscribe.ts'
import { idLength, idlePrefix } from '../comparison/workloads.ts'
import type { MadeJob, RequestMix } from './requests.ts'

/** Subscriptions that come and go. */
export interface Visitors {
  /** How many have come up to now. */
  readonly came: number
  /** How many states they have heard. */
  readonly heard: number
  /** Rejects as soon as one of them is refused. Never resolves. */
  readonly trouble: Promise<never>
}

/** How long one stays whose job does not finish, in milliseconds. */
const stay = { leastMs: 2_000, mostMs: 20_000 } as const

const query =
  'subscription Watch($id: ID!) { jobUpdated(id: $id) { id status creditsCharged downloads { url expiresAt } } }'

interface VisitorOptions {
  readonly port: number
  /** How many there are at a time. */
  readonly count: number
  readonly mix: Pick<RequestMix, 'newest' | 'anyCaller'>
  /** A number in [0, 1). */
  readonly random: () => number
}

/**
 * Keeps so many WebSockets open. Every other one watches a job that was just made until it is finished; the others, a job that
 * does not finish, and they leave after a while: half of them end the subscription, half close the socket.
 */
export const openVisitors = ({ port, count, mix, random }: VisitorOptions): Visitors => {
  const url = `http://127.0.0.1:${port}`
  let [came, heard] = [0, 0]
  const broken = Promise.withResolvers<never>()
  const visit = async ({ id, caller }: MadeJob): Promise<void> => {
    using client = overWebSocket(url, caller.authorization)
    const states = client.iterate(query, { id })
    const leave = random() < 0.5 ? () => void states.return?.().catch(broken.reject) : () => client[Symbol.dispose]()
    const timer = setTimeout(leave, stay.leastMs + random() * (stay.mostMs - stay.leastMs))
    for await (const _state of states) heard += 1
    clearTimeout(timer)
  }
  const keepComing = async (): Promise<never> => {
    for (;;) {
      const made = came % 2 === 0 ? mix.newest() : null
      came += 1
      await visit(made ?? { id: idleJob(came), caller: mix.anyCaller() })
    }
  }
  return {
    get came() {
      return came
    },
    get heard() {
      return heard
    },
    trouble: Promise.race([broken.promise, ...Array.from({ length: count }, keepComing)]),
  }
}

const idleJob = (number: number): string => idlePrefix + String(number).padStart(idLength - idlePrefix.length, '0')
