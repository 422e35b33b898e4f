import { describe, expect } from 'vitest'
import { answerMediaType } from '../../src/graphql/media-type.ts'
import { test } from '../support/app-test.ts'

const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'
const authorization = 'Bearer mhk_test_alice'
const older = 'application/json'
const newer = 'application/graphql-response+json'

describe('the form of an answer', () => {
  test.for([
    [undefined, older],
    ['', older],
    ['*/*', older],
    ['application/*', older],
    [older, older],
    [newer, newer],
    [newer.toUpperCase(), newer],
    [`${newer}; charset=utf-8`, newer],
    [`${newer}, ${older}`, newer],
    [`${older}, ${newer}`, older],
    [`${newer}, */*`, newer],
    [`*/*, ${newer}`, newer],
    [`${newer}, ${older};q=0.9`, newer],
    [`${newer};q=0.9, ${older}`, older],
    [`${newer};q=0.5, */*;q=0.8`, older],
    [`${newer};q=0`, older],
    [`${newer};q=0, */*`, older],
    [`${older};q=0, ${newer};q=0.1`, newer],
    ['text/html', older],
  ] as const)('for «Accept: %s» is %s', ([accept, mediaType]) => {
    expect(answerMediaType(accept)).toBe(mediaType)
  })

  // Apollo Server runs the operation first and looks at the header then.
  test.for(['text/html', 'application/xml', 'application/json;q=0', 'application/json;version=2', 'nonsense'])(
    'that nobody offers, «%s», loses no paid job',
    async (accept, { app, magicHour }) => {
      const answer = await app.ask(remove, {}, { authorization, accept })
      expect(answer.status).toBe(200)
      expect(answer.data).toEqual({ removeBackground: { id: 'project-1' } })
      expect(magicHour.count('POST', '/v1/image-background-remover')).toBe(1)
    },
  )
})

describe('a document that cannot be run', () => {
  test.for([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { __typename } query B { __typename }', 'OPERATION_RESOLUTION_FAILURE'],
    ['query ($id: ID!) { job(id: $id) { id } }', 'BAD_USER_INPUT'],
  ] as const)('«%s» has the status 200 in the older form and 400 in the newer one', async ([query, code], { app }) => {
    const answers = await Promise.all([older, newer].map((accept) => app.ask(query, {}, { accept })))
    expect(answers.map(({ status, errors }) => [status, errors[0]?.extensions['code']])).toEqual([
      [200, code],
      [400, code],
    ])
  })
})

test('an answer is kept by nobody', async ({ app }) => {
  const { headers } = await app.ask('{ account { credits } }', {}, { authorization })
  expect(headers['cache-control']).toBe('no-store')
})

test('a field that fails leaves the status at 200 in both forms', async ({ app }) => {
  const answers = await Promise.all([older, newer].map((accept) => app.ask('{ account { id } }', {}, { accept })))
  expect(answers.map(({ status, errors }) => [status, errors[0]?.extensions['code']])).toEqual([
    [200, 'UNAUTHENTICATED'],
    [200, 'UNAUTHENTICATED'],
  ])
})
