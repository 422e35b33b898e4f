import { abandonSubmissionArguments, parseArguments, resolveSubmissionArguments } from '../arguments.ts'
import type { MutationResolvers } from '../generated/resolvers.ts'

/** `Mutation.resolveSubmission` and `Mutation.abandonSubmission`. */
export const submissionMutations = {
  resolveSubmission: async (_root, args, { useCases, caller }) => {
    const { handle, jobId } = parseArguments(resolveSubmissionArguments, args)
    return { job: await useCases.settleSubmission.resolve(caller(), handle, jobId) }
  },
  abandonSubmission: async (_root, args, { useCases, caller }) => {
    const { idempotencyKey } = parseArguments(abandonSubmissionArguments, args)
    await useCases.settleSubmission.abandon(caller(), idempotencyKey)
    return { idempotencyKey }
  },
} satisfies MutationResolvers
