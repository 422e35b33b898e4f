import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import { type GraphQLAnswer, type TestApp, startApp } from '../support/app.ts'
import { graphQLRequest, openConnection } from '../support/connection.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'
import { json } from '../support/stub-server.ts'

const uploadSignature = 'X-Sig=a%2fb'
const signedInput = 'https://bucket.example/photo.png?X-Amz-Signature=5ec4e7'
const signedResult = 'https://storage.example/result.png?X-Sig=d0w41oad'

/** What may stand neither in the log nor in an error. */
const secrets = {
  'the Magic Hour key': 'mhk_live_5ec4e7',
  'the gateway key': 'gateway-key-5ec4e7',
  'the name of the scheme': 'Bearer',
  'the signature of an upload link': uploadSignature,
  'the signature of an input link': 'X-Amz-Signature',
  'the signature of a download link': 'd0w41oad',
}
/** What may not stand in the log. */
const privateMatters = {
  'the text of a query': 'creditsCharged',
  'the text of a query that is wrong': 'wrongField',
  'the text of a query in a URL': 'imageCount',
  'a variable': 'Grandmother',
  'a file path': 'api-assets/',
}

const remove = `mutation Cut($url: String!, $name: String) {
  removeBackground(assets: { imageFilePath: $url }, name: $name, waitForSeconds: 20) { id creditsCharged downloads { url } }
}`

/** Everything that one customer does, and does wrong. Returns all answers. */
const liveThrough = async (app: TestApp, magicHour: StubMagicHour, key: string): Promise<GraphQLAnswer[]> => {
  const authorization = `Bearer ${key}`
  const ask = (query: string, variables: Record<string, unknown> = {}) => app.ask(query, variables, { authorization })

  const uploads = await ask('mutation { createUploads(files: [{ extension: "png" }]) { filePath uploadUrl } }')
  const made = ask(remove, { url: 'api-assets/account-1/0.png', name: 'Grandmother' })
  await magicHour.received(2)
  magicHour.set('project-1', 'complete', { downloads: [{ url: signedResult, expires_at: '2999-01-01T00:00:00Z' }] })

  magicHour.failNextCreate(json(422, { message: `The image ${signedInput} cannot be read.` }))
  const refusedUpstream = await ask(remove, { url: signedInput, name: 'Grandmother' })
  magicHour.failNextCreate(json(500, { message: `Could not store ${signedResult}` }))
  const unknown = await ask(remove, { url: signedInput })
  magicHour.failNextCreate((response, request) =>
    json(401, { message: `Wrong key: ${request.headers.authorization ?? ''}` })(response, request),
  )
  const keyRefused = await ask(remove, { url: signedInput })

  return [
    uploads,
    await made,
    refusedUpstream,
    unknown,
    keyRefused,
    await ask('{ job(id: "project-1") { downloads { url } } }'),
    await ask('{ wrongField }'),
    await ask('{ wrongField'),
    await ask(remove, { url: signedInput.replace('.png', '.gif'), name: 'Grandmother' }),
    await ask(remove, { url: { image: 'Grandmother' } }),
    await ask('mutation { deleteJob(id: "project-1") { job { deleted } } }'),
    await ask('mutation { deleteJob(id: "unknown") { job { deleted } } }'),
    await app.ask('{ account { id } }', {}, { authorization: `Bearer ${key} ${key}` }),
    await app.ask('{ account { id } }', {}, { authorization: `Basic ${key}` }),
  ]
}

const tellInOtherWays = async (app: TestApp, key: string): Promise<string[]> => {
  const query = encodeURIComponent('{ job(id: "project-1") { imageCount } }')
  const headers = { authorization: `Bearer ${key}`, 'apollo-require-preflight': 'true' }
  const gone = openConnection(app.url)
  gone.send(graphQLRequest('{ account { creditsCharged } }', { Authorization: `Bearer ${key}`, Host: '[' }))
  const answers = await Promise.all([
    fetch(`${app.url}/graphql?query=${query}`, { headers }),
    fetch(`${app.url}/nowhere?query=${query}`, { headers }),
    fetch(`${app.url}/graphql`, { method: 'POST', headers, body: `{"query": "${key} creditsCharged"` }),
  ])
  await gone.received(/errors/)
  return Promise.all(answers.map((answer) => answer.text()))
}

const errorsOf = (answers: readonly GraphQLAnswer[]): string => JSON.stringify(answers.map(({ errors }) => errors))

describe.for([
  ['passes keys through', {}, secrets['the Magic Hour key']],
  [
    'pays with its own key',
    {
      MAGIC_HOUR_API_KEY: secrets['the Magic Hour key'],
      GATEWAY_KEYS: `shop:${secrets['the gateway key']}`,
    },
    secrets['the gateway key'],
  ],
] as const)('a server that %s', ([, settings, key]) => {
  test('has no secret in its log, and no error it gives has one', async ({ magicHour }) => {
    await using app = await startApp({ MAGIC_HOUR_BASE_URL: magicHour.url.href, ...settings })
    const answers = await liveThrough(app, magicHour, key)
    const others = await tellInOtherWays(app, key)
    await app.stop()

    // The story has happened: otherwise there was nothing to hide.
    expect(JSON.stringify(answers[0]?.data)).toContain(uploadSignature)
    expect(answers[1]?.data).toMatchObject({ removeBackground: { downloads: [{ url: signedResult }] } })
    expect(answers.map(({ errors }) => errors[0]?.extensions['code'] ?? null)).toEqual([
      null,
      null,
      'UNPROCESSABLE',
      'SUBMISSION_UNKNOWN',
      'UNAUTHENTICATED',
      null,
      'GRAPHQL_VALIDATION_FAILED',
      'GRAPHQL_PARSE_FAILED',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      null,
      'NOT_FOUND',
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ])
    expect(app.log.length).toBeGreaterThan(answers.length)

    const log = app.log.join('')
    expect(namesOf({ ...secrets, ...privateMatters }, log)).toEqual([])
    expect(namesOf({ ...secrets, 'the name of the scheme': '\0' }, errorsOf(answers) + others.join(''))).toEqual([])
  })
})

const namesOf = (things: Readonly<Record<string, string>>, text: string): string[] =>
  Object.entries(things).flatMap(([name, thing]) => (text.includes(thing) ? [name] : []))
