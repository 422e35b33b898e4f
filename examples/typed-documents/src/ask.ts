import type { TypedDocumentString } from './gql/graphql.ts'

/** Sends an operation. The document says what its variables have to be and what comes back. */
export const ask = async <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> => {
  const { SERVER = 'http://localhost:4000/graphql', KEY } = process.env
  const response = await fetch(SERVER, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(KEY === undefined ? {} : { authorization: `Bearer ${KEY}` }) },
    body: JSON.stringify({ query: document.toString(), variables }),
  })
  const { data, errors }: { data: Data; errors?: readonly { message: string }[] } = await response.json()
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'))
  return data
}
