import { GraphQLError, GraphQLScalarType } from 'graphql'
import { GraphQLDateTime, GraphQLURL } from 'graphql-scalars'

/** `DateTime`. */
export const DateTime = GraphQLDateTime

/**
 * `URL`, handed on byte for byte. The package's own goes through a parser that rewrites a signed link (escapes, case), and
 * the signature then no longer fits.
 */
export const URLScalar = new GraphQLScalarType({
  ...GraphQLURL.toConfig(),
  serialize: (value) => {
    if (typeof value === 'string' && URL.canParse(value)) return value
    // Not named in the message: it may be a secret.
    throw new GraphQLError('A value is no URL.')
  },
})
