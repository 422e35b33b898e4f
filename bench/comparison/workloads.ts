/** What is asked for: a job to be made, without or with an idempotency key; or a job, by a new id or by one of a few. */
export const workloads = ['mutation', 'keyed-mutation', 'job', 'known-job'] as const
/** One of them. */
export type Workload = (typeof workloads)[number]

/** The API that a server speaks: Magic Hour's own, our contract, or what GraphQL Mesh makes of Magic Hour's description. */
export const dialects = ['rest', 'contract', 'generated'] as const
/** One of them. */
export type Dialect = (typeof dialects)[number]

/** What goes over the wire, and how the answer is known to be right. `{id}` stands for an id of `idLength` characters. */
export interface Template {
  readonly request: string
  /** What the answer must contain. */
  readonly expects: readonly string[]
}

/** Ids and keys have one length, so that `content-length` never changes. */
export const idLength = 24
const placeholder = '{id}'

const imageUrl = 'https://example.com/mug.png'
const name = 'A mug'

/** Every caller is the same one. No real key: the stub takes any. */
export const authorization = 'Bearer mhk_bench_0123456789abcdef0123456789abcdef'

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly accept: string
  readonly body: object | null
}

const rest = (method: 'GET' | 'POST', path: string, body: object | null): Call => ({
  method,
  path,
  accept: 'application/json',
  body,
})

const graphql = (query: string, variables: object): Call => ({
  method: 'POST',
  path: '/graphql',
  accept: 'application/graphql-response+json,application/json;q=0.9',
  body: { query, variables },
})

const created = { rest: '"credits_charged":5', contract: '"creditsCharged":5', generated: '"credits_charged":5' }
const complete = { rest: '"status":"complete"', contract: '"status":"COMPLETE"', generated: '"status":"complete"' }

/** The request of a workload in a dialect. A layer that keeps nothing asks the same for all jobs, and for both mutations. */
export const templateOf = (dialect: Dialect, workload: Workload): Template => {
  const isMutation = workload === 'mutation' || workload === 'keyed-mutation'
  return {
    request: toHttp(isMutation ? mutations[dialect](workload === 'keyed-mutation') : jobs[dialect]()),
    expects: isMutation ? ['"id":"', created[dialect]] : [`"id":"${placeholder}"`, complete[dialect], '"url":"https:'],
  }
}

const mutations: Record<Dialect, (isKeyed: boolean) => Call> = {
  rest: () => rest('POST', '/v1/image-background-remover', { assets: { image_file_path: imageUrl }, name }),
  contract: (isKeyed) =>
    isKeyed
      ? graphql(
          'mutation Remove($assets: RemoveBackgroundAssetsInput!, $name: String, $key: String) { removeBackground(assets: $assets, name: $name, idempotencyKey: $key) { id status creditsCharged } }',
          { assets: { imageFilePath: imageUrl }, name, key: placeholder },
        )
      : graphql(
          'mutation Remove($assets: RemoveBackgroundAssetsInput!, $name: String) { removeBackground(assets: $assets, name: $name) { id status creditsCharged } }',
          { assets: { imageFilePath: imageUrl }, name },
        ),
  generated: () =>
    graphql(
      'mutation Remove($input: RemoveBackground_Input) { removeBackground(input: $input) { id credits_charged } }',
      { input: { assets: { image_file_path: imageUrl }, name } },
    ),
}

const jobs: Record<Dialect, () => Call> = {
  rest: () => rest('GET', `/v1/image-projects/${placeholder}`, null),
  contract: () =>
    graphql('query Job($id: ID!) { job(id: $id) { id status creditsCharged downloads { url expiresAt } } }', {
      id: placeholder,
    }),
  generated: () =>
    graphql('query Job($id: String!) { job(id: $id) { id status credits_charged downloads { url expires_at } } }', {
      id: placeholder,
    }),
}

const toHttp = ({ method, path, accept, body }: Call): string => {
  const text = body === null ? '' : JSON.stringify(body)
  const length = Buffer.byteLength(withId(text, '-'.repeat(idLength)))
  return [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: ${authorization}`,
    `accept: ${accept}`,
    ...(body === null ? [] : ['content-type: application/json', `content-length: ${length}`]),
    '',
    text,
  ].join('\r\n')
}

/** The text with this id in all its places. */
export const withId = (text: string, id: string): string => text.replaceAll(placeholder, id)

/** Ids of jobs that never finish begin so. */
export const idlePrefix = 'idle'

/** How many jobs are asked for again and again. */
export const knownJobs = 200

/**
 * Names what the requests of one run are about.
 *
 * @param run  8 characters that no other run has
 */
export const createNextId = (workload: Workload, run: string): (() => string) => {
  const prefix = workload === 'known-job' ? 'known' : run
  let count = 0
  return () => {
    const number = workload === 'known-job' ? count % knownJobs : count
    count += 1
    return prefix + String(number).padStart(idLength - prefix.length, '0')
  }
}
