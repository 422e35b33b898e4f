import { z } from 'zod'
import { startChild } from '../comparison/child.ts'
import type { Rig } from '../comparison/rig.ts'

/** What the process of the crowd is told first. */
export const crowdOrder = z.object({ port: z.int(), subscriptions: z.int().positive() })

const crowdAnswer = z.union([z.object({ open: z.int(), states: z.int() }), z.object({ problem: z.string() })])

/** Subscriptions that wait for jobs which do not finish. */
export interface IdleCrowd extends AsyncDisposable {
  /** Throws CrowdLost unless each is still there, and has heard nothing but its first state. */
  check(): Promise<void>
}

/** Not all of them waited to the end, or they were not idle: the figures would say nothing about idle subscriptions. */
export class CrowdLost extends Error {
  constructor(problem: string) {
    super(`the crowd of subscriptions: ${problem}`)
    this.name = 'CrowdLost'
  }
}

/**
 * Opens so many subscriptions, each on a socket and a job of its own; they share the core of the load.
 *
 * @throws CrowdLost
 */
export const openIdleCrowd = async (
  { pinned }: Pick<Rig, 'pinned'>,
  order: z.output<typeof crowdOrder>,
): Promise<IdleCrowd> => {
  const child = startChild({
    folder: '.',
    script: ['bench/steady/crowd-process.ts'],
    environment: {},
    core: pinned?.load ?? null,
  })
  const check = async (): Promise<void> => {
    const answer = crowdAnswer.parse(await child.ask(order))
    if ('problem' in answer) throw new CrowdLost(answer.problem)
    const { open, states } = answer
    if (open !== order.subscriptions || states !== order.subscriptions)
      throw new CrowdLost(`${open} sockets of ${order.subscriptions} are open, and ${states} states were heard`)
  }
  const end = (): Promise<void> => Promise.resolve(child[Symbol.asyncDispose]())
  try {
    await check()
  } catch (error) {
    await end()
    throw error
  }
  return { check, [Symbol.asyncDispose]: end }
}
