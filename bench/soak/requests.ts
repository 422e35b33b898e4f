import { aPayload, eventText, sign, webhookSecret } from '../../test/support/webhook-event.ts'
import { authorization, createNextId, idLength, templateOf, withId } from '../comparison/workloads.ts'

/** What is asked for, and by how many of 20 requests. `event` is not asked for: it comes from Magic Hour. */
export const mix = { submit: 6, job: 6, 'known-job': 5, jobs: 2, event: 1 } as const
/** One of them. */
export type RequestKind = keyof typeof mix

/** One request, and what its answer must contain. */
export interface MixedRequest {
  readonly kind: RequestKind
  /** The whole of it, as it goes over the wire. */
  readonly text: string
  readonly expects: readonly string[]
  readonly caller: Caller
}

/** Who calls, with a Magic Hour key of their own. */
export interface Caller {
  readonly authorization: string
  /** The finished job that they ask for again and again. */
  readonly knownJob: string
}

/** A job that was made. */
export interface MadeJob {
  readonly id: string
  readonly caller: Caller
}

/** More than the gateway remembers anything of: what it keeps for each caller has to be thrown away again. */
export const callers = 2_000

/** Draws requests of all kinds, and takes in what came of them. */
export interface RequestMix {
  next(): MixedRequest
  /** Takes in the answer to a request that was drawn. */
  answered(request: MixedRequest, answer: string): void
  /** The job that was made last; null: none yet. */
  newest(): MadeJob | null
  /** Anybody. */
  anyCaller(): Caller
}

/** How many of the newest jobs an event may be about. */
const maxRecent = 100

/**
 * Makes the mix. In what order the kinds come is always the same; who calls is drawn.
 *
 * @param run    8 characters that no other run has
 * @param random a number in [0, 1)
 */
export const createMix = (run: string, random: () => number): RequestMix => {
  const makers = createMakers(run)
  const turns = turnsOf(mix)
  const recent: MadeJob[] = []
  let drawn = 0
  const anyCaller = (): Caller => callerNumber(Math.floor(random() * callers))
  return {
    next: () => {
      const kind = turns[drawn % turns.length] ?? 'job'
      drawn += 1
      const told = kind === 'event' ? recent.shift() : undefined
      return told === undefined ? makers.ask(kind === 'event' ? 'job' : kind, anyCaller()) : makers.tell(told)
    },
    answered: ({ kind, caller }, answer) => {
      const id = kind === 'submit' ? idPattern.exec(answer)?.[1] : undefined
      if (id === undefined) return
      recent.push({ id, caller })
      if (recent.length > maxRecent) recent.shift()
    },
    newest: () => recent.at(-1) ?? null,
    anyCaller,
  }
}

const idPattern = /"id":"([^"]+)"/

/** Each kind as often as its share says, and none in a row for longer than need be. */
const turnsOf = (shares: Readonly<Record<RequestKind, number>>): RequestKind[] => {
  const places = Object.entries(shares).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => ({ kind, at: (index + 0.5) / count })),
  )
  return places.toSorted((a, b) => a.at - b.at).flatMap(({ kind }) => (isKind(kind) ? [kind] : []))
}

const isKind = (name: string): name is RequestKind => name in mix

const callerNumber = (number: number): Caller => ({
  authorization: authorization.slice(0, -8) + String(number).padStart(8, '0'),
  knownJob: `known${String(number).padStart(idLength - 5, '0')}`,
})

const createMakers = (run: string) => {
  const templates = {
    submit: templateOf('contract', 'keyed-mutation'),
    job: templateOf('contract', 'job'),
    'known-job': templateOf('contract', 'known-job'),
    jobs: { request: listRequest, expects: ['"nodes":['] },
  }
  const nextId = createNextId('job', run)
  return {
    ask: (kind: Exclude<RequestKind, 'event'>, caller: Caller): MixedRequest => {
      const { request, expects } = templates[kind]
      const id = kind === 'known-job' ? caller.knownJob : nextId()
      const text = withId(request, id).replace(authorization, caller.authorization)
      return { kind, text, expects: expects.map((part) => withId(part, id)), caller }
    },
    tell: ({ id, caller }: MadeJob): MixedRequest => {
      const { headers, body } = sign(eventText('image.completed', aPayload(id, 'complete')), { secret: webhookSecret })
      const text = post('/webhooks/magic-hour', headers, body.toString('latin1'))
      return { kind: 'event', text, expects: ['"outcome":"APPLIED"'], caller }
    },
  }
}

/** @param body a character a byte */
const post = (path: string, headers: Readonly<Record<string, string>>, body: string): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n')

const listRequest = post(
  '/graphql',
  { authorization, accept: 'application/graphql-response+json', 'content-type': 'application/json' },
  JSON.stringify({
    query:
      'query Jobs { jobs(first: 20) { nodes { id name status createdAt downloads { url expiresAt } } pageInfo { hasNextPage endCursor } } }',
  }),
)
