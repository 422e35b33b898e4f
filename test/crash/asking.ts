import { z } from 'zod'
import { type GraphQLAnswer, ask } from '../support/app.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'
import type { Replica } from './replicas.ts'

/** Who asks, and whom. */
interface Asking {
  readonly replica: Pick<Replica, 'url'>
  readonly authorization: string
}

const created = z.object({ removeBackground: z.object({ id: z.string() }) })

/** Has a job made. Resolves with its id. */
export const makeJob = async ({ replica, authorization }: Asking): Promise<string> => {
  const query = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
  const answer = await ask(replica.url, { query, variables: {} }, { authorization })
  return created.parse(answer.data).removeBackground.id
}

/** Waits for a job to be final. */
export const waitForJob = ({ replica, authorization }: Asking, id: string): Promise<GraphQLAnswer> =>
  ask(
    replica.url,
    { query: 'query Job($id: ID!) { job(id: $id, waitForSeconds: 60) { id status } }', variables: { id } },
    { authorization },
  )

/** Who asked Magic Hour about a project, by the `Authorization` shown: once for each time, after the first so many requests. */
export const askedAbout = ({ requests }: StubMagicHour, id: string, after = 0): (string | undefined)[] =>
  requests
    .slice(after)
    .filter(({ method, path }) => method === 'GET' && path.endsWith(`/${id}`))
    .map(({ headers }) => headers.authorization)

/** Resolves as soon as something is true of what Magic Hour was asked. */
export const untilAsked = async (magicHour: StubMagicHour, isEnough: () => boolean): Promise<void> => {
  while (!isEnough()) await magicHour.received(magicHour.requests.length + 1)
}
