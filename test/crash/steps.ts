import { setTimeout as pause } from 'node:timers/promises'
import type { Counter } from './counter.ts'
import type { PayingUpstream } from './paying-upstream.ts'
import type { Random } from './random.ts'
import { createsARound } from './requests.ts'
import type { Store } from './stores.ts'

/** A moment to kill a process at. */
export interface Step {
  readonly title: string
  /** Whether Magic Hour keeps its answers back until the process is dead. */
  readonly holdsAnswers?: true
  /** Resolves when the moment has come; may never, once the signal aborts. */
  readonly come: (scene: StepScene, signal: AbortSignal) => Promise<unknown>
}

interface StepScene {
  readonly store: Pick<Store, 'nextWrite'>
  readonly upstream: Pick<PayingUpstream, 'creates' | 'answers'>
  readonly random: Random
  /** What the clients of this round were told. */
  readonly replies: Pick<Counter, 'more'>
}

/** Which of the requests under way are struck is left to chance: each is somewhere else on its way. */
const steps: readonly [Step, ...Step[]] = [
  { title: 'as the requests come in', come: ({ random }) => pause(100 * random()) },
  {
    title: 'as an intent is written',
    come: async ({ store, random }, signal) => {
      await store.nextWrite(signal)
      await pause(80 * random() ** 2)
    },
  },
  {
    title: 'while Magic Hour makes the job',
    holdsAnswers: true,
    come: ({ upstream, random }) => upstream.creates.more(1 + random.below(createsARound)),
  },
  {
    title: 'as the answer is on its way',
    come: async ({ upstream, random }) => {
      await upstream.answers.more(1 + random.below(createsARound))
      if (random.below(2) === 0) await pause(random.below(6))
    },
  },
  {
    title: 'as the client is told',
    come: ({ replies, random }) => replies.more(1 + random.below(createsARound)),
  },
  {
    title: 'at any time',
    come: async ({ upstream, random }) => {
      await upstream.creates.more(1)
      await pause(300 * random())
    },
  },
]

/** The steps of the create path take turns. */
export const stepOf = (turn: number): Step => steps[turn % steps.length] ?? steps[0]
