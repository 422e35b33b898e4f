import { createUploadsArguments, parseArguments } from '../arguments.ts'
import type { MutationResolvers } from '../generated/resolvers.ts'

/** `Mutation.createUploads`. */
export const uploadMutations = {
  createUploads: (_root, args, { useCases, caller, address, signal }) =>
    useCases.createUploads(caller(), { ...parseArguments(createUploadsArguments, args), address }, signal),
} satisfies MutationResolvers
