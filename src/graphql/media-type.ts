/** The two forms of an answer (GraphQL over HTTP, «Media Types»). */
export type MediaType = 'application/graphql-response+json' | 'application/json'

interface MediaRange {
  readonly name: string
  /** 0 to 1; 0: not wanted. */
  readonly quality: number
  /** Of two that are wanted as much, the earlier one. */
  readonly position: number
}

/**
 * Chooses the form of an answer. A header that accepts neither is disregarded, as RFC 9110 (12.5.1) allows: to refuse the
 * answer to a mutation that has run already would lose it.
 *
 * @param accept the `Accept` header
 */
export const answerMediaType = (accept: string | undefined): MediaType => {
  const ranges = (accept ?? '').split(',').map(toRange)
  const named = ranges.find(({ name }) => name === 'application/graphql-response+json')
  const plain = ['application/json', 'application/*', '*/*'].flatMap(
    (name) => ranges.find((range) => range.name === name) ?? [],
  )[0]
  return named !== undefined && named.quality > 0 && isPreferred(named, plain)
    ? 'application/graphql-response+json'
    : 'application/json'
}

const isPreferred = (named: MediaRange, plain: MediaRange | undefined): boolean => {
  if (plain === undefined || plain.quality < named.quality) return true
  const isWildcard = plain.name.endsWith('/*')
  return plain.quality === named.quality && (isWildcard || named.position < plain.position)
}

const toRange = (text: string, position: number): MediaRange => {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length) ?? '1'
  return { name, quality: Number(quality), position }
}
