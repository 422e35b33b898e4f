import { setTimeout } from 'node:timers/promises'
import { overWebSocket } from '../../test/support/subscribe.ts'
import { runClosedLoop } from '../comparison/closed-loop.ts'
import { WrongAnswer } from '../comparison/http-answer.ts'
import { ask, submit } from './ask.ts'
import { type LoadOrder, loadOrder } from './load-protocol.ts'
import { gatewayKey, watchDocument } from './wire.ts'

/*
 * Makes the load, in a process of its own. A wrong answer ends it: the figures would be worth nothing.
 */

const authorization = `Bearer ${gatewayKey}`
/** Each takes 100 subscriptions at a time. */
const socketsEach = 20

interface Pace {
  end(): Promise<void>
}

/** One gateway, and the sockets that it is watched through. */
const createCaller = (port: number) => {
  const sockets = Array.from({ length: socketsEach }, () => overWebSocket(`http://127.0.0.1:${port}`, authorization))
  let turn = 0
  return {
    submit: (): Promise<string> => submit(port, crypto.randomUUID()),
    watch: async (id: string): Promise<void> => {
      turn += 1
      for await (const state of sockets[turn % socketsEach]?.iterate(watchDocument, { id }) ?? [])
        if ('errors' in state) throw new WrongAnswer(JSON.stringify(state))
    },
    [Symbol.dispose]: (): void => {
      for (const socket of sockets) socket[Symbol.dispose]()
    },
  }
}

const beginPace = ({ ports, perSecond, isWatched }: Extract<LoadOrder, { kind: 'begin' }>): Pace => {
  const callers = ports.map(createCaller)
  const running = new Set<Promise<void>>()
  const ended = new AbortController()
  const follow = async (caller: (typeof callers)[number]): Promise<void> => {
    const id = await caller.submit()
    if (isWatched) await caller.watch(id)
  }
  const run = async (): Promise<void> => {
    const begun = performance.now()
    for (let made = 0; !ended.signal.aborted; made += 1) {
      const caller = callers[made % callers.length]
      await setTimeout(Math.max(0, begun + (made * 1_000) / perSecond - performance.now()))
      if (caller === undefined) return
      const job = follow(caller).finally(() => running.delete(job))
      running.add(job)
    }
  }
  const over = run()
  return {
    end: async () => {
      ended.abort()
      await over
      await Promise.all(running)
      for (const caller of callers) caller[Symbol.dispose]()
    },
  }
}

let pace: Pace | null = null

const carryOut = async (order: LoadOrder): Promise<object> => {
  switch (order.kind) {
    case 'begin':
      pace = beginPace(order)
      return {}
    case 'end':
      await pace?.end()
      return {}
    case 'repeat':
      return runClosedLoop([async () => void (await ask(order.port, order.body, order.expects))], order.seconds)
    default:
      return order satisfies never
  }
}

process.on('message', (message) => {
  void carryOut(loadOrder.parse(message)).then((answer) => process.send?.(answer))
})
process.once('disconnect', () => process.exit())
