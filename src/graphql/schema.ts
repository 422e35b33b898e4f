import { readFileSync, readdirSync } from 'node:fs'
import { makeExecutableSchema } from '@graphql-tools/schema'
import type { GraphQLSchema } from 'graphql'
import type { Resolvers } from './generated/resolvers.ts'
import { accountQueries } from './resolvers/account.ts'
import { download } from './resolvers/download.ts'
import { backgroundRemovalJobConnection, jobListQueries } from './resolvers/job-list.ts'
import { backgroundRemovalJob, jobMutations, jobQueries, jobSubscriptions } from './resolvers/job.ts'
import { nodeInterface, nodeQueries } from './resolvers/node.ts'
import { DateTime, URLScalar } from './resolvers/scalars.ts'
import { submissionMutations } from './resolvers/submission.ts'
import { uploadMutations } from './resolvers/upload.ts'

/** Where the contract stands: beside `src/` and, once built, beside `dist/`. */
const contract = new URL('../../schema/', import.meta.url)

/** Reads the contract, `schema/*.graphql`, as one text a file. */
export const readTypeDefs = (): string[] =>
  readdirSync(contract)
    .filter((file) => file.endsWith('.graphql'))
    .toSorted()
    .map((file) => readFileSync(new URL(file, contract), 'utf8'))

const resolvers: Resolvers = {
  Query: { ...jobQueries, ...jobListQueries, ...accountQueries, ...nodeQueries },
  Mutation: { ...jobMutations, ...submissionMutations, ...uploadMutations },
  Subscription: jobSubscriptions,
  BackgroundRemovalJob: backgroundRemovalJob,
  BackgroundRemovalJobConnection: backgroundRemovalJobConnection,
  Download: download,
  Node: nodeInterface,
  DateTime,
  URL: URLScalar,
}

/** Makes the executable schema: the contract with its resolvers. It expects a `GraphQLContext`. */
export const createSchema = (): GraphQLSchema => makeExecutableSchema({ typeDefs: readTypeDefs(), resolvers })
