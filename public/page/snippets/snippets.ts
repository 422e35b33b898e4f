import { isLibraryLink } from '../wire/address.ts'
import type { Sent } from './sent.ts'

/** The ways in which a step can be shown. */
export const formats = ['GraphQL', 'curl', 'fetch'] as const

/** One of them. */
export type Format = (typeof formats)[number]

interface Surroundings {
  /** The server, for example `http://localhost:4000`. */
  readonly origin: string
  /** Whether the request showed a key. The key itself is never in a snippet: `<key>` stands for it. */
  readonly hasKey: boolean
}

/** A step as text to copy. Keys are left out and tickets shortened, so that it can be shown to anybody. */
export const snippetOf = (sent: Sent, format: Format, surroundings: Surroundings): string => {
  if (sent.step === 'PUT') return putSnippet(sent, format, surroundings)
  const { query, variables, kind } = sent.operation
  switch (format) {
    case 'GraphQL':
      return graphqlSnippet(query, variables)
    case 'curl':
      return curlSnippet({ query, variables }, kind === 'subscription', surroundings)
    case 'fetch':
      return fetchSnippet({ query, variables }, kind === 'subscription', surroundings)
    default:
      return format satisfies never
  }
}

/** One word of a POSIX shell, whatever is in it. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A path with what makes it secret cut off: long parts of it and the values of its query. */
export const shortenSecrets = (path: string): string =>
  path
    .replaceAll(/[\w.~%-]{25,}/g, (word) => `${word.slice(0, 6)}…`)
    .replaceAll(/=([^&…]{9,})/g, (_all, value: string) => `=${value.slice(0, 6)}…`)

/** The query of an address can be a signature, which is a secret. */
const shortenAddresses = (_name: string, value: unknown): unknown => {
  if (typeof value !== 'string' || !/^https?:/.test(value) || !URL.canParse(value) || isLibraryLink(value)) return value
  const { origin, pathname, search } = new URL(value)
  return `${origin}${pathname}${shortenSecrets(search)}`
}

interface Body {
  readonly query: string
  readonly variables: object
}

const keyHeader = 'authorization: Bearer <key>'

const graphqlSnippet = (query: string, variables: object): string =>
  Object.keys(variables).length === 0
    ? query
    : `${query}\n\n# variables\n${indented(variables).replaceAll(/^/gm, '# ')}`

const curlSnippet = (body: Body, isSubscription: boolean, { origin, hasKey }: Surroundings): string =>
  [
    `curl ${isSubscription ? '-N ' : ''}${shellQuote(`${origin}/graphql${isSubscription ? '/stream' : ''}`)}`,
    "-H 'content-type: application/json'",
    ...(isSubscription ? ["-H 'accept: text/event-stream'"] : []),
    ...(hasKey ? [`-H ${shellQuote(keyHeader)}`] : []),
    `--data-raw ${shellQuote(JSON.stringify(body, shortenAddresses))}`,
  ].join(' \\\n  ')

const fetchSnippet = (
  { query, variables }: Body,
  isSubscription: boolean,
  { origin, hasKey }: Surroundings,
): string => {
  const headers = {
    'content-type': 'application/json',
    ...(isSubscription && { accept: 'text/event-stream' }),
    ...(hasKey && { authorization: 'Bearer <key>' }),
  }
  const read = isSubscription
    ? 'for await (const text of response.body.pipeThrough(new TextDecoderStream())) console.log(text)'
    : 'const { data, errors } = await response.json()\nconsole.log(data, errors)'
  return `const query = \`
${query.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)}
\`
const variables = ${indented(variables)}
const response = await fetch(${JSON.stringify(`${origin}/graphql${isSubscription ? '/stream' : ''}`)}, {
  method: 'POST',
  headers: ${indented(headers).replaceAll('\n', '\n  ')},
  body: JSON.stringify({ query, variables }),
})
${read}`
}

const putSnippet = (
  { path, fileName }: Extract<Sent, { step: 'PUT' }>,
  format: Format,
  { origin, hasKey }: Surroundings,
): string => {
  const address = `${origin}${shortenSecrets(path)}`
  switch (format) {
    case 'GraphQL':
      return `# Not GraphQL: the file's raw bytes, to the uploadUrl that createUploads gave.
# A ticket is a secret, and is shortened here.

PUT ${address}`
    case 'curl':
      return (
        [`# the ticket is shortened: put the uploadUrl in`, `curl --globoff ${shellQuote(address)}`].join('\n') +
        ['', ...(hasKey ? [`-H ${shellQuote(keyHeader)}`] : []), `--upload-file ${shellQuote(fileName)}`].join(
          ' \\\n  ',
        )
      )
    case 'fetch':
      return `// the ticket is shortened: put the uploadUrl in
await fetch(${JSON.stringify(address)}, {
  method: 'PUT',${hasKey ? `\n  headers: { authorization: 'Bearer <key>' },` : ''}
  body: file, // ${fileName.replaceAll(/\s/g, ' ')}
})`
    default:
      return format satisfies never
  }
}

const indented = (value: object): string => JSON.stringify(value, shortenAddresses, 2)
