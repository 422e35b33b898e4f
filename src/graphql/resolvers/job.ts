import { downloadsOf, failureOf } from '../../domain/job.ts'
import { idArguments, jobArguments, parseArguments, removeBackgroundArguments } from '../arguments.ts'
import type { BackgroundRemovalJobResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts'

/** `Query.job`. */
export const jobQueries = {
  job: async (_root, args, { useCases, loaders, caller, signal }) => {
    const { id, waitMs } = parseArguments(jobArguments, args)
    const found = await loaders.job.load(id)
    return found && useCases.follower.follow(found, { apiKey: caller().apiKey, waitMs, signal })
  },
} satisfies QueryResolvers

/** `Mutation.removeBackground` and `Mutation.deleteJob`. */
export const jobMutations = {
  // The answer to the create is all that is asked of Magic Hour, unless the caller wants to wait.
  removeBackground: async (_root, args, { useCases, caller, signal }) => {
    const { request, waitMs } = parseArguments(removeBackgroundArguments, args)
    const submitted = await useCases.submitJob(caller(), request)
    return useCases.follower.follow(submitted, { apiKey: caller().apiKey, waitMs, signal })
  },
  deleteJob: async (_root, args, { useCases, caller }) => ({
    job: await useCases.deleteJob(caller(), parseArguments(idArguments, args).id),
  }),
} satisfies MutationResolvers

/** `BackgroundRemovalJob`: the fields whose value the status decides. */
export const backgroundRemovalJob = {
  downloads: downloadsOf,
  error: failureOf,
} satisfies BackgroundRemovalJobResolvers
