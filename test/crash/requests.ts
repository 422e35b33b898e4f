import { z } from 'zod'
import type { GraphQLAnswer } from '../support/app.ts'
import { refusedPath } from './paying-upstream.ts'
import type { Replicas } from './replicas.ts'

/** What a client was told about its request. */
export type Answer =
  | { readonly kind: 'job'; readonly id: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'uncharged'; readonly code: string }

/** One job that a client wants to have made once, and all it was told about it. */
export interface Wish {
  /** No two wishes have the same, so that Magic Hour's account tells whose job it was. */
  readonly imageFilePath: string
  /** null: the request is made once and not repeated. */
  readonly idempotencyKey: string | null
  readonly name: string | null
  /** How many clients ask for it at the same time. */
  readonly clients: number
  /** In the order they came, also again the same. */
  readonly answers: Answer[]
}

/**
 * The wishes of one round: with a name and without, two with the same name, asked for twice at once, without a key, and one that
 * Magic Hour refuses.
 */
export const wishesOf = (round: number): Wish[] =>
  ['a', 'b'].flatMap((half) =>
    kinds.map(({ title, name, hasKey = true, clients = 1 }) => ({
      imageFilePath: `https://example.com/${title}-${round}${half}.png`,
      idempotencyKey: hasKey ? `${title}-${round}${half}` : null,
      name: name && `${name} ${round}${half}`,
      clients,
      answers: [],
    })),
  )

interface Kind {
  readonly title: string
  readonly name: string | null
  readonly hasKey?: boolean
  readonly clients?: number
}

const kinds: readonly Kind[] = [
  { title: 'plain', name: null },
  { title: 'another', name: null },
  { title: 'named', name: 'Mug' },
  { title: 'another-named', name: 'Jug' },
  { title: 'twice-at-once', name: null, clients: 2 },
  { title: 'named-twice-at-once', name: 'Cup', clients: 2 },
  { title: 'one-of-a-name', name: 'Twin' },
  { title: 'other-of-a-name', name: 'Twin' },
  { title: 'without-key', name: null, hasKey: false },
  { title: 'named-without-key', name: 'Pot', hasKey: false },
  { title: refusedPath, name: null },
]

/** Each of a round's wishes is sent to Magic Hour, if nothing comes between. */
export const createsARound = 2 * kinds.length

/**
 * Asks until there is an answer, as a real client does: again when the server dies over it or says that trying again makes
 * sense. Without a key a request is made once.
 */
export const pursue = async (replicas: Pick<Replicas, 'ask'>, wish: Wish): Promise<void> => {
  for (;;) {
    const answer = await askFor(replicas, wish)
    if (answer !== 'lost' && answer !== 'again') wish.answers.push(answer)
    if (answer !== 'again' && (answer !== 'lost' || wish.idempotencyKey === null)) return
  }
}

const removeBackground = `
  mutation RemoveBackground($path: String!, $name: String, $key: String) {
    removeBackground(assets: { imageFilePath: $path }, name: $name, idempotencyKey: $key) { id }
  }`

const askFor = async (
  replicas: Pick<Replicas, 'ask'>,
  { imageFilePath, name, idempotencyKey }: Wish,
): Promise<Answer | 'lost' | 'again'> => {
  const answer = await replicas.ask(removeBackground, { path: imageFilePath, name, key: idempotencyKey })
  return answer === null ? 'lost' : toAnswer(answer)
}

const failure = z.object({ code: z.string(), retryable: z.boolean(), charged: z.enum(['NO', 'UNKNOWN']) })
const success = z.object({ removeBackground: z.object({ id: z.string() }) })

const toAnswer = ({ data, errors: [error] }: GraphQLAnswer): Answer | 'again' => {
  if (error === undefined) return { kind: 'job', id: success.parse(data).removeBackground.id }
  const { code, retryable, charged } = failure.parse(error.extensions)
  if (charged === 'UNKNOWN') return { kind: 'unknown' }
  return retryable ? 'again' : { kind: 'uncharged', code }
}

const jobsPage = z.object({
  jobs: z.object({
    nodes: z.array(z.object({ id: z.string() })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
})

/** The ids of all jobs in the client's list. */
export const listJobs = async (replicas: Pick<Replicas, 'ask'>): Promise<Set<string>> => {
  const ids = new Set<string>()
  for (let after: string | null = null; ;) {
    const answer = await replicas.ask(
      'query Jobs($after: String) { jobs(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
      { after },
    )
    const { nodes, pageInfo } = jobsPage.parse(answer?.data).jobs
    for (const { id } of nodes) ids.add(id)
    if (!pageInfo.hasNextPage) return ids
    after = pageInfo.endCursor
  }
}
