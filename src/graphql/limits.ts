import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import type { ParseOptions, ValidationRule } from 'graphql'

/**
 * How large a document may be. The deepest useful one is `removeBackground { downloads { url } }`; the aliases bound how many
 * jobs one request can have made.
 */
export const documentLimits = { maxTokens: 2_000, maxDepth: 8, maxAliases: 30 } as const

/** The limit that holds while a document is parsed. */
export const parseOptions: ParseOptions = { maxTokens: documentLimits.maxTokens }

/** The limits that hold while a document is validated. Introspection nests deeper by nature and is let pass. */
export const limitRules: readonly ValidationRule[] = [
  (context) => maxDepthRule({ n: documentLimits.maxDepth, ignoreIntrospection: true })(context),
  (context) => maxAliasesRule({ n: documentLimits.maxAliases })(context),
]
