import type { QueryResolvers } from '../generated/resolvers.ts'

/** `Query.account`. */
export const accountQueries = {
  account: (_root, _args, { useCases, caller, signal }) => useCases.magicHour.getAccount(caller().apiKey, signal),
} satisfies QueryResolvers
