import { getIntrospectionQuery } from 'graphql'
import { describe, expect } from 'vitest'
import { documentLimits } from '../../src/graphql/limits.ts'
import { test } from '../support/app-test.ts'

const key = { authorization: 'Bearer mhk_test_alice' }
const tooLarge = { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false, charged: 'NO' }
const { maxAliases, maxDepth, maxTokens } = documentLimits

const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ')

/** A valid document of this many levels. No type of ours nests that deep. */
const nested = (depth: number): string =>
  `{ __type(name: "Account") { ${'ofType { '.repeat(depth - 2)} name ${'} '.repeat(depth - 2)} } }`

describe('a document that is too large is refused before anything is sent', () => {
  test('with more aliases than allowed', async ({ app, magicHour }) => {
    const { errors, data } = await app.ask(`{ ${aliases(maxAliases + 1, 'account { id }')} }`, {}, key)
    expect(errors).toEqual([{ message: `The document has more than ${maxAliases} aliases.`, extensions: tooLarge }])
    expect([data, magicHour.requests]).toEqual([null, []])
  })

  test('with its aliases hidden in fragments that multiply', async ({ app, magicHour }) => {
    const fragments = Array.from(
      { length: 30 },
      (_, index) => `fragment F${index} on Query { a${index}: account { id } ...F${index + 1} ...F${index + 1} }`,
    )
    const query = `{ ...F0 } ${fragments.join(' ')} fragment F30 on Query { a30: account { id } }`
    const { errors } = await app.ask(query, {}, key)
    expect(errors.map(({ extensions }) => extensions['code'])).toContain('GRAPHQL_VALIDATION_FAILED')
    expect(magicHour.requests).toEqual([])
  })

  test('with more levels than allowed', async ({ app, magicHour }) => {
    const { errors, data } = await app.ask(nested(maxDepth + 1), {}, key)
    expect(errors).toEqual([{ message: `The document nests deeper than ${maxDepth} levels.`, extensions: tooLarge }])
    expect([data, magicHour.requests]).toEqual([null, []])
  })

  test('with fragments that go round in a circle', async ({ app, magicHour }) => {
    const query = '{ account { ...A } } fragment A on Account { id ...B } fragment B on Account { ...A }'
    const { errors } = await app.ask(query, {}, key)
    expect(errors[0]?.extensions).toEqual(tooLarge)
    expect(magicHour.requests).toEqual([])
  })

  test('with more tokens than allowed', async ({ app, magicHour }) => {
    const { errors, data } = await app.ask(`{ account { ${'id '.repeat(maxTokens)} } }`, {}, key)
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ ...tooLarge, code: 'GRAPHQL_PARSE_FAILED' }])
    expect([data, magicHour.requests]).toEqual([null, []])
  })

  test('with an introspection that multiplies itself', async ({ app }) => {
    const types = '{ types { fields { type { fields { type { fields { type { fields { name } } } } } } } } }'
    const { errors } = await app.ask(`{ __schema ${types} }`)
    expect(errors[0]?.extensions).toEqual(tooLarge)
  })
})

describe('a document of a useful size passes', () => {
  test('with as many levels as allowed', async ({ app }) => {
    expect(await app.ask(nested(maxDepth), {}, key)).toMatchObject({ data: { __type: { ofType: null } }, errors: [] })
  })

  test('with a fragment for each part of a page, one inside the other, as Relay writes it', async ({ app }) => {
    const parts = Array.from({ length: 12 }, (_, index) => `fragment F${index} on Account { ...F${index + 1} }`)
    const query = `{ account { ...F0 } } ${parts.join(' ')} fragment F12 on Account { id }`
    expect(await app.ask(query, {}, key)).toMatchObject({ data: { account: { id: 'account-1' } }, errors: [] })
  })

  test('with as many aliases as allowed', async ({ app }) => {
    const { data, errors } = await app.ask(`{ ${aliases(maxAliases, 'account { id }')} }`, {}, key)
    expect([Object.keys(data ?? {}).length, errors]).toEqual([maxAliases, []])
  })

  test('with ten aliases of the same job, which is looked up once', async ({ app, magicHour }) => {
    magicHour.set('project-9', 'rendering')
    const { data, errors } = await app.ask(`{ ${aliases(10, 'job(id: "project-9") { status }')} }`, {}, key)
    expect(errors).toEqual([])
    expect(Object.values(data ?? {})).toEqual(Array.from({ length: 10 }, () => ({ status: 'RENDERING' })))
    expect(magicHour.count('GET', '/v1/image-projects/')).toBe(1)
  })

  test('with the introspection that tools send', async ({ app }) => {
    const { data, errors } = await app.ask(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }))
    expect(errors).toEqual([])
    expect(data).toHaveProperty('__schema.queryType.name', 'Query')
  })
})
