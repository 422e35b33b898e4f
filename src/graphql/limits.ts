import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type ParseOptions,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'

/**
 * How large a document may be. The deepest useful one is `removeBackground { downloads { url } }`; the aliases bound how many
 * jobs one request can have made.
 */
export const documentLimits = { maxTokens: 2_000, maxDepth: 8, maxAliases: 30 } as const

/** How many jobs one request may read, and how many ids or files one argument may list: each can be a call upstream. */
export const maxAtOnce = 100

/** The limit that holds while a document is parsed. */
export const parseOptions: ParseOptions = { maxTokens: documentLimits.maxTokens }

/** The rules for a document besides those of GraphQL itself, whichever transport brings it. */
export const documentRules = (introspection: boolean): readonly ValidationRule[] =>
  introspection ? limitRules : [NoSchemaIntrospectionCustomRule, ...limitRules]

/** Where the schema cannot be read, no message lets a wrong name be corrected into a right one either. */
export const validationOptions = (introspection: boolean) => ({ hideSuggestions: !introspection })

/** The limits that hold while a document is validated. graphql-js itself bounds how deep an introspection may nest. */
const limitRules: readonly ValidationRule[] = [
  (context) =>
    maxDepthRule({
      n: documentLimits.maxDepth,
      ignoreIntrospection: true,
      // Relay puts each component's part into a fragment of its own: only fields count, which is what an answer nests by.
      flattenFragments: true,
      ...reportAs(`The document nests deeper than ${documentLimits.maxDepth} levels.`),
    })(context),
  (context) =>
    maxAliasesRule({
      n: documentLimits.maxAliases,
      ...reportAs(`The document has more than ${documentLimits.maxAliases} aliases.`),
    })(context),
]

/** Left to itself the package throws in the midst of validation, and the client reads of a fault of this server. */
const reportAs = (problem: string) => ({
  propagateOnRejection: false,
  onReject: [(context: ValidationContext | null) => context?.reportError(new GraphQLError(problem))],
})
