import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import type { GraphQLAnswer } from '../support/app.ts'

const alice = { authorization: 'Bearer mhk_test_alice' }
const remove = `mutation ($name: String) {
  removeBackground(assets: { imageFilePath: "https://example.com/a.png" }, name: $name, idempotencyKey: "key-1") { id status }
}`

const everything = `
  __typename id name status creditsCharged frameCost imageCount createdAt finishedAt deleted
  downloads { __typename url expiresAt permanentUrl } error { code message }`

/** Operations whose answer is the same each time they are asked. */
const operations: Readonly<Record<string, readonly [document: string, variables?: Record<string, unknown>]>> = {
  'a job with all its fields': [`{ job(id: "project-1") { ${everything} } }`],
  'a job that is nobody’s': ['{ job(id: "unknown-1") { id } }'],
  'aliases and fragments': [
    `query { one: job(id: "project-1") { ...Facts } two: node(id: "project-1") { id ... on BackgroundRemovalJob { status ...Facts } } }
     fragment Facts on BackgroundRemovalJob { id name ... on Node { id } }`,
  ],
  'a fragment that is left out once': [
    `query ($no: Boolean = false) { job(id: "project-1") { ...F @include(if: $no) ...F status @skip(if: true) } }
     fragment F on BackgroundRemovalJob { id }`,
  ],
  'a field that is left out': [
    'query ($yes: Boolean!) { job(id: "project-1") { id name @include(if: $yes) status @skip(if: $yes) } }',
    { yes: true },
  ],
  'a field that is there twice and left out once': [
    '{ job(id: "project-1") { id @include(if: false) id status status @skip(if: true) } }',
  ],
  'a list with an error in one place': ['{ nodes(ids: ["project-1", "../x", "unknown-1"]) { id } }'],
  'an argument that is wrong, on a later line': [
    '{\r\n  a: job(id: "project-1") { id }\n\n  b: job(id: "..") { id }\n}',
  ],
  'a variable that is wrong': ['query ($id: ID!) { job(id: $id) { id } }', { id: { a: 1 } }],
  'a variable that is missing': ['query ($id: ID!) { job(id: $id) { id } }', {}],
  'a date that is none': [
    'query ($at: DateTime) { jobs(filter: { createdFrom: $at }) { nodes { id } } }',
    { at: 'yesterday' },
  ],
  'a page of jobs': [
    `query ($f: JobFilter) { jobs(first: 2, filter: $f) { edges { cursor node { id } } nodes { status } pageInfo { hasNextPage } } }`,
    { f: { status: ['COMPLETE'], createdBefore: '2999-01-01T00:00:00Z' } },
  ],
  'an account that is refused': ['{ account { credits } job(id: "project-1") { id } }'],
  'the schema': ['{ __schema { queryType { name } } __type(name: "JobStatus") { enumValues { name } } }'],
  'a repeated mutation': [remove, { name: 'Mug' }],
  'a mutation that conflicts': [remove, { name: 'Cup' }],
  'a deletion that is refused': ['mutation { deleteJob(id: "unknown-1") { job { id } } }'],
}

const told = ({ status, data, errors, extensions }: GraphQLAnswer) => ({ status, data, errors, extensions })

describe('an operation that is compiled is answered as one that is interpreted:', () => {
  test.for(Object.keys(operations))('%s', async (title, { app, magicHour }) => {
    const link = { url: 'https://s.example/r.png?sig=1', expires_at: '2999-01-01T00:00:00.000Z' }
    await app.ask(remove, { name: 'Mug' }, alice)
    magicHour.set('project-1', 'complete', { downloads: [link] })
    await app.ask('{ job(id: "project-1", waitForSeconds: 20) { id } }', {}, alice)
    const [document, variables = {}] = operations[title] ?? ['']
    // A document is interpreted the first time and compiled the second.
    const [interpreted, compiled, again] = [
      await app.ask(document, variables, alice),
      await app.ask(document, variables, alice),
      await app.ask(document, variables, alice),
    ]
    expect(told(compiled)).toEqual(told(interpreted))
    expect(told(again)).toEqual(told(interpreted))
    expect(interpreted.status).toBe(200)
  })
})

describe('an operation that is compiled', () => {
  test('is logged with the codes of its errors', async ({ app }) => {
    const document = 'query Wrong { job(id: "..") { id } }'
    for (let count = 0; count < 3; count += 1) await app.ask(document, {}, alice)
    const lines = app.log.filter((line) => line.includes('"operationName":"Wrong"'))
    expect(lines.map((line) => /"errors":(\[[^\]]*\])/.exec(line)?.[1])).toEqual(Array(3).fill('["BAD_USER_INPUT"]'))
  })
})
