import { type Job, downloadsOf, failureOf } from '../../domain/job.ts'
import { idArguments, jobArguments, parseArguments, removeBackgroundArguments } from '../arguments.ts'
import type {
  BackgroundRemovalJobResolvers,
  MutationResolvers,
  QueryResolvers,
  SubscriptionResolvers,
} from '../generated/resolvers.ts'

/** `Query.job`. */
export const jobQueries = {
  job: async (_root, args, { useCases, loaders, caller, signal }) => {
    const { id, waitMs } = parseArguments(jobArguments, args)
    const found = await loaders.job.load(id)
    return found && useCases.followJob.wait(caller(), found, { waitMs, signal })
  },
} satisfies QueryResolvers

/** `Mutation.removeBackground` and `Mutation.deleteJob`. */
export const jobMutations = {
  // The answer to the create is all that is asked of Magic Hour, unless the caller wants to wait.
  removeBackground: async (_root, args, { useCases, caller, signal }) => {
    const { request, waitMs } = parseArguments(removeBackgroundArguments, args)
    const submitted = await useCases.submitJob(caller(), request)
    return useCases.followJob.wait(caller(), submitted, { waitMs, signal })
  },
  deleteJob: async (_root, args, { useCases, caller }) => ({
    job: await useCases.deleteJob(caller(), parseArguments(idArguments, args).id),
  }),
} satisfies MutationResolvers

/** `Subscription.jobUpdated`. */
export const jobSubscriptions = {
  jobUpdated: {
    subscribe: (_root, args, { useCases, caller, signal }) =>
      useCases.followJob.watch(caller(), parseArguments(idArguments, args).id, signal),
    resolve: (job: Job) => job,
  },
} satisfies SubscriptionResolvers

/** `BackgroundRemovalJob`: the fields whose value the status decides. */
export const backgroundRemovalJob = {
  downloads: async (job, _args, { loaders }) => {
    const known = downloadsOf(job)
    if (known === null) return null
    // An event may leave the links out, and then only Magic Hour knows how many there are.
    const count = known.length > 0 ? known.length : ((await loaders.downloads.load(job))?.length ?? 0)
    return Array.from({ length: count }, (_, index) => ({ job, index }))
  },
  error: failureOf,
} satisfies BackgroundRemovalJobResolvers
