import type { Caller } from '../domain/caller.ts'
import type { DeleteJob } from '../domain/delete-job.ts'
import type { FollowJob } from '../domain/follow-job.ts'
import type { ListJobs } from '../domain/list-jobs.ts'
import type { MagicHour } from '../domain/ports.ts'
import type { ReadDownloads } from '../domain/read-downloads.ts'
import type { ReadJobs } from '../domain/read-jobs.ts'
import type { SettleSubmission } from '../domain/settle-submission.ts'
import type { SubmitJob } from '../domain/submit-job.ts'
import type { Authenticate } from './authenticate.ts'
import { type Loaders, createLoaders } from './loaders.ts'

/** What the resolvers can do, the same for every request. */
export interface UseCases {
  readonly submitJob: SubmitJob
  readonly readJobs: ReadJobs
  readonly deleteJob: DeleteJob
  readonly readDownloads: ReadDownloads
  readonly listJobs: ListJobs
  readonly followJob: FollowJob
  readonly settleSubmission: SettleSubmission
  /** The link to a result that does not die; null: this server does not know its own address. */
  readonly permanentUrl: (caller: Caller, jobId: string, index: number) => string | null
  readonly magicHour: Pick<MagicHour, 'generateUploadUrls' | 'getAccount'>
}

/** What a resolver is handed. */
export interface GraphQLContext {
  readonly useCases: UseCases
  readonly loaders: Loaders
  /** Who is calling. Throws Unauthenticated: asked field by field, so that the schema can be read without a key. */
  readonly caller: () => Caller
  /** Names the request in the log. */
  readonly requestId: string
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
}

/** What a request brings, whatever transport it came by. */
export interface IncomingRequest {
  /** The `Authorization` header. */
  readonly authorization: string | undefined
  readonly requestId: string
  readonly signal: AbortSignal
}

/** Makes the contexts of requests. */
export type CreateContext = (request: IncomingRequest) => GraphQLContext

/** Makes the one factory of contexts, for every transport. */
export const createContextFactory =
  ({ authenticate, useCases }: { authenticate: Authenticate; useCases: UseCases }): CreateContext =>
  ({ authorization, requestId, signal }) => {
    let known: Caller | null = null
    const caller = (): Caller => (known ??= authenticate(authorization))
    return { useCases, loaders: createLoaders(useCases, caller), caller, requestId, signal }
  }
