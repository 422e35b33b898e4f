import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { type Program, entry, startProgram } from '../cli/program.ts'
import { type GraphQLAnswer, ask } from '../support/app.ts'
import type { Random } from './random.ts'

/** One process of the program, as it runs in production. Disposing of it kills it. */
export interface Replica extends AsyncDisposable {
  readonly url: string
  readonly program: Program
}

/** With what an earlier process compiled, a start takes a fifth less. One that ends by itself leaves it behind. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url))

/** Starts `serve` on a free port. Resolves as soon as it takes requests. */
export const startReplica = async (environment: Readonly<Record<string, string>>): Promise<Replica> => {
  const program = startProgram(process.execPath, [entry, 'serve'], {
    env: { PORT: '0', NODE_COMPILE_CACHE: compileCache, ...environment },
  })
  const url = await program.waitFor(/http:\/\/127\.0\.0\.1:\d+(?=\/graphql)/)
  return { url, program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
}

/** The processes that serve one database. */
export interface Replicas extends AsyncDisposable {
  /** Has one of them answer a request; null: it died over it. */
  ask(query: string, variables: Record<string, unknown>): Promise<GraphQLAnswer | null>
  /** Delivers an event to one of them. Resolves with the status; null: it died over it. */
  deliver(event: { readonly body: string; readonly headers: Record<string, string> }): Promise<number | null>
  /** Kills one of them and starts another in its place; requests may wait for it from now on. */
  killOne(): { readonly dead: Promise<unknown>; readonly replaced: Promise<unknown> }
  /** Kills all of them and starts one in their place, once this is done. Requests wait for it. */
  restartOne(between: () => Promise<void>): Promise<void>
}

interface ReplicasOptions {
  readonly count: number
  readonly environment: Readonly<Record<string, string>>
  /** Sent with each GraphQL request. */
  readonly authorization: string
  readonly random: Random
}

/** Starts several. */
export const startReplicas = async (options: ReplicasOptions): Promise<Replicas> => {
  const { count, environment, authorization, random } = options
  let slots = Array.from({ length: count }, () => startReplica(environment))
  const kill = async (slot: Promise<Replica> | undefined): Promise<void> => (await slot)?.[Symbol.asyncDispose]()
  const killAll = async (): Promise<void> => {
    // One that did not start has ended by itself.
    await Promise.all(
      slots.map((slot) =>
        slot.then(
          () => kill(slot),
          () => undefined,
        ),
      ),
    )
  }
  await Promise.all(slots).catch(async (error: unknown) => {
    await killAll()
    throw error
  })

  const withOne = async <T>(use: (url: string) => Promise<T>): Promise<T | null> => {
    const slot = slots[random.below(slots.length)]
    const replica = await slot
    if (slot === undefined || replica === undefined) return null
    return use(replica.url).catch(async () => {
      const { code, stdout, stderr } = await replica.program.ended
      if (slots.includes(slot)) throw new TypeError(`A replica ended by itself with ${code}: ${stdout}${stderr}`)
      return null
    })
  }

  return {
    ask: (query, variables) => withOne((url) => ask(url, { query, variables }, { authorization })),
    deliver: ({ body, headers }) =>
      withOne(async (url) => {
        const answer = await request(`${url}/webhooks/magic-hour`, { method: 'POST', headers, body })
        await answer.body.dump()
        return answer.statusCode
      }),
    killOne: () => {
      const index = random.below(slots.length)
      const dead = kill(slots[index])
      const replaced = dead.then(() => startReplica(environment))
      slots[index] = replaced
      return { dead, replaced }
    },
    restartOne: async (between) => {
      const alone = killAll()
        .then(between)
        .then(() => startReplica(environment))
      slots = [alone]
      await alone
    },
    [Symbol.asyncDispose]: killAll,
  }
}
