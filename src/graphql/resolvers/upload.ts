import { createUploadsArguments, parseArguments } from '../arguments.ts'
import type { MutationResolvers } from '../generated/resolvers.ts'

/** `Mutation.createUploads`. */
export const uploadMutations = {
  createUploads: (_root, args, { useCases, caller, signal }) =>
    useCases.magicHour.generateUploadUrls(
      caller().apiKey,
      parseArguments(createUploadsArguments, args).files.map(({ extension }) => extension),
      signal,
    ),
} satisfies MutationResolvers
