import { idArguments, nodesArguments, parseArguments } from '../arguments.ts'
import type { NodeResolvers, QueryResolvers } from '../generated/resolvers.ts'

/** `Query.node` and `Query.nodes`. Of `nodes`, one that cannot be read is an error of its own place. */
export const nodeQueries = {
  node: (_root, args, { loaders }) => loaders.job.load(parseArguments(idArguments, args).id),
  nodes: (_root, args, { loaders }) => loaders.job.loadMany(parseArguments(nodesArguments, args).ids),
} satisfies QueryResolvers

/** `Node`. There is one kind of it so far. */
export const nodeInterface = { __resolveType: () => 'BackgroundRemovalJob' } satisfies NodeResolvers
