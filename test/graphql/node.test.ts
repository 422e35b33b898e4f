import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'

const key = { authorization: 'Bearer mhk_test_alice' }
const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'

describe('nodes', () => {
  test('come in the order asked, unknown ones as null, wrong ones as errors of their place', async ({ app }) => {
    await app.ask(remove, {}, key)
    const { data, errors } = await app.ask(
      '{ nodes(ids: ["nowhere", "project-1", "a/b", "project-1"]) { id __typename } }',
      {},
      key,
    )
    const found = { id: 'project-1', __typename: 'BackgroundRemovalJob' }
    expect(data).toEqual({ nodes: [null, found, null, found] })
    expect(errors.map(({ path, extensions }) => [path, extensions['code']])).toEqual([[['nodes', 2], 'BAD_USER_INPUT']])
  })

  test('are at most a hundred', async ({ app, magicHour }) => {
    const ids = Array.from({ length: 101 }, (_, n) => `p${n}`)
    const { errors } = await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }, key)
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'ids' })
    expect(magicHour.requests).toEqual([])
  })

  test('are at most a hundred in one request, also under several aliases', async ({ app, magicHour }) => {
    const [some, others] = ['p', 'q'].map((letter) => Array.from({ length: 51 }, (_, n) => `${letter}${n}`))
    const query = 'query ($some: [ID!]!, $others: [ID!]!) { a: nodes(ids: $some) { id } b: nodes(ids: $others) { id } }'
    const { errors } = await app.ask(query, { some, others }, key)
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'ids' })
    expect(magicHour.requests).toEqual([])
  })
})
