import type { TypedDocumentString } from './gql/graphql.ts'

/** Sends an operation. The document says what its variables have to be and what comes back. */
export const ask = async <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> => {
  const response = await fetch(process.env['SERVER'] ?? 'http://localhost:4000/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document.toString(), variables }),
  })
  const { data, errors }: { data: Data; errors?: readonly { message: string }[] } = await response.json()
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'))
  return data
}
