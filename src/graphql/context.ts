import type { Caller } from '../domain/caller.ts'
import type { CreateUploads } from '../domain/create-uploads.ts'
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
  readonly createUploads: CreateUploads
  /** The link to a result that does not die. `address` is where clients reach this server. */
  readonly permanentUrl: (
    caller: Caller,
    result: { readonly address: string; readonly jobId: string; readonly index: number },
  ) => string
  readonly magicHour: Pick<MagicHour, 'getAccount'>
}

/** What a resolver is handed. */
export interface GraphQLContext {
  readonly useCases: UseCases
  readonly loaders: Loaders
  /** Who is calling. Throws Unauthenticated: asked field by field, so that the schema can be read without a key. */
  readonly caller: () => Caller
  /** Where clients reach this server, without a slash at the end; null: there is none of ours. */
  readonly address: string | null
  /** Names the request in the log. */
  readonly requestId: string
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
}

/** What a request brings, whatever transport it came by. */
export interface IncomingRequest {
  /** The `Authorization` header. */
  readonly authorization: string | undefined
  /** Where this client has reached the server, for example `http://localhost:4000`; left out or null: it is not known. */
  readonly origin?: string | null
  readonly requestId: string
  readonly signal: AbortSignal
}

/** Makes the contexts of requests. */
export type CreateContext = (request: IncomingRequest) => GraphQLContext

interface ContextOptions {
  readonly authenticate: Authenticate
  readonly useCases: UseCases
  /** The address that links of this server begin with, for a client who has reached it at this origin. Default: there is none. */
  readonly addressOf?: (origin: string | null) => string | null
}

/** Makes the one factory of contexts, for every transport. */
export const createContextFactory =
  ({ authenticate, useCases, addressOf = () => null }: ContextOptions): CreateContext =>
  ({ authorization, origin = null, requestId, signal }) => {
    let known: Caller | null = null
    const caller = (): Caller => (known ??= authenticate(authorization))
    return {
      useCases,
      loaders: createLoaders(useCases, caller),
      caller,
      address: addressOf(origin),
      requestId,
      signal,
    }
  }
