import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { outcomeOf, transports } from '../support/subscribe.ts'

const switchedOff = { INTROSPECTION: 'false' }
const refused = { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false, charged: 'NO' }
const byType = '{ __type(name: "Account") { name } }'

describe('with introspection switched off', () => {
  test.for([getIntrospectionQuery(), byType])('the schema cannot be read over HTTP', async (query) => {
    await using app = await startApp(switchedOff)
    const { data, errors } = await app.ask(query)
    expect(data).toBeNull()
    expect(errors[0]?.extensions).toMatchObject(refused)
    expect(errors[0]?.message).toContain('introspection has been disabled')
  })

  test.for(transports)('the schema cannot be read %s', async ([, open]) => {
    await using app = await startApp(switchedOff)
    using client = open(app.url)
    const { results, errors } = await outcomeOf(client.iterate(byType))
    expect(results).toEqual([])
    expect(errors[0]?.extensions).toMatchObject(refused)
    expect(errors[0]?.message).toContain('introspection has been disabled')
  })

  test.for(transports)('__typename still works, over HTTP and %s', async ([, open]) => {
    await using app = await startApp(switchedOff)
    using client = open(app.url)
    const query = '{ __typename account { __typename } }'
    const data = { __typename: 'Query', account: { __typename: 'Account' } }
    expect(await app.ask(query)).toMatchObject({ data, errors: [] })
    expect(await outcomeOf(client.iterate(query))).toMatchObject({ results: [{ data }], errors: [] })
  })

  test('no message tells which name would have been right', async () => {
    await using app = await startApp(switchedOff)
    const { errors } = await app.ask('{ acount { id } }')
    expect(errors).toMatchObject([{ message: 'Cannot query field "acount" on type "Query".', extensions: refused }])
  })
})

describe('by default', () => {
  test.for(transports)('the schema can be read over HTTP and %s', async ([, open]) => {
    await using app = await startApp()
    using client = open(app.url)
    const data = { __type: { name: 'Account' } }
    expect(await app.ask(byType)).toMatchObject({ data, errors: [] })
    expect(await outcomeOf(client.iterate(byType))).toMatchObject({ results: [{ data }], errors: [] })
  })

  test('a message tells which name would have been right', async () => {
    await using app = await startApp()
    expect((await app.ask('{ acount { id } }')).errors[0]?.message).toContain('Did you mean "account"?')
  })
})
