import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'

const read = (path: string): string => readFileSync(path, 'utf8')
const filesOf = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !/node_modules|__generated__|src.gql/.test(name))
    .map((name) => join(folder, name))

const schema = buildSchema(
  filesOf('schema', /\.graphql$/)
    .map(read)
    .join('\n'),
)

/** What a file asks, in documents as they are sent: those of a client together, with their fragments, those of curl one by one. */
const documentsOf = (path: string): string[] => {
  const text = read(path)
  if (path.endsWith('.sh'))
    return [...text.matchAll(/\{\\"query\\":\\"(.+?)\\"\}"/g)].map(([, query = '']) => unquote(query))
  const tagged = /(?:gql|graphql\(|\/\* GraphQL \*\/ )`([^`]+)`|^```graphql\n([^`]+)```/gm
  const parts = [...text.matchAll(tagged)].map(([, operation, shown]) => operation ?? shown)
  return parts.length === 0 ? [] : [parts.join('\n')]
}

/** What the shell makes of a query in double quotes, with some arguments filled in. */
const unquote = (query: string): string => query.replaceAll('\\\\\\"', '"').replace('$assets', 'imageFilePath: "x.png"')

// Relay's compiler checks Relay's own.
const files = filesOf('examples', /\.(tsx?|sh|md)$/).filter((path) => !path.startsWith('examples/relay/src'))
const documents = files.flatMap((path) => documentsOf(path).map((text) => [path, text] as const))

describe('the operations of an example fit the schema', () => {
  test('and are found in each that Relay does not compile', () => {
    const examples = documents.map(([path]) => path.split('/')[1])
    expect(examples).toEqual(expect.arrayContaining(['apollo-client', 'backend', 'curl', 'typed-documents', 'urql']))
  })

  test.for(documents)('%s', ([, text]) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([])
  })
})
