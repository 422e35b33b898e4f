import {
  AccountDocument,
  type AccountQuery,
  CreateUploadsDocument,
  type CreateUploadsMutation,
  DeleteJobDocument,
  type DeleteJobMutation,
  type JobFieldsFragment,
  type JobStatus,
  JobUpdatedDocument,
  type JobUpdatedSubscription,
  JobsDocument,
  type JobsQuery,
  RemoveBackgroundDocument,
  type RemoveBackgroundMutation,
  type TypedDocumentString,
  WaitForJobDocument,
  type WaitForJobQuery,
} from '../generated/graphql.ts'
import { type Guard, hasShape, isBoolean, isListOf, isNullOr, isNumber, isOneOf, isText } from './guards.ts'

/** A job as the page asks for it. */
export type Job = JobFieldsFragment

/** The account that pays. */
export type Account = NonNullable<AccountQuery['account']>

/** A document, what it is called for people, and the check of its answer. */
export interface Operation<Result, Variables> {
  readonly title: string
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly document: TypedDocumentString<Result, Variables>
  readonly isResult: Guard<Result>
}

/** All statuses; the last three are final. */
export const statuses = ['DRAFT', 'QUEUED', 'RENDERING', 'COMPLETE', 'ERROR', 'CANCELED'] as const satisfies JobStatus[]

/** Whether nothing more comes of a job. */
export const isFinal = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'COMPLETE' || status === 'ERROR' || status === 'CANCELED'

const isJob: Guard<Job> = hasShape<Job>({
  id: isText,
  name: isNullOr(isText),
  status: isOneOf(statuses),
  creditsCharged: isNumber,
  createdAt: isText,
  finishedAt: isNullOr(isText),
  deleted: isBoolean,
  downloads: isNullOr(isListOf(hasShape<{ permanentUrl: string | null }>({ permanentUrl: isNullOr(isText) }))),
  error: isNullOr(hasShape<NonNullable<Job['error']>>({ code: isText, message: isText })),
})

/** A failed root field is null, and then `errors` says why: see `send`. */
const mutationsAndQueries = {
  removeBackground: {
    title: 'Remove the background',
    kind: 'mutation',
    document: RemoveBackgroundDocument,
    isResult: hasShape<RemoveBackgroundMutation>({ removeBackground: isNullOr(isJob) }),
  },
  createUploads: {
    title: 'Make a place to upload to',
    kind: 'mutation',
    document: CreateUploadsDocument,
    isResult: hasShape<CreateUploadsMutation>({
      createUploads: isNullOr(isListOf(hasShape({ filePath: isText, uploadUrl: isText }))),
    }),
  },
  deleteJob: {
    title: 'Delete an image',
    kind: 'mutation',
    document: DeleteJobDocument,
    isResult: hasShape<DeleteJobMutation>({ deleteJob: isNullOr(hasShape({ job: isJob })) }),
  },
  jobs: {
    title: 'List the jobs',
    kind: 'query',
    document: JobsDocument,
    isResult: hasShape<JobsQuery>({
      jobs: isNullOr(
        hasShape<NonNullable<JobsQuery['jobs']>>({
          nodes: isListOf(isJob),
          pageInfo: hasShape({ hasNextPage: isBoolean, endCursor: isNullOr(isText) }),
        }),
      ),
    }),
  },
  account: {
    title: 'Read the account',
    kind: 'query',
    document: AccountDocument,
    isResult: hasShape<AccountQuery>({
      account: isNullOr(
        hasShape<Account>({
          credits: isNumber,
          tier: isNullOr(isOneOf(['FREE', 'CREATOR', 'PRO', 'BUSINESS'])),
        }),
      ),
    }),
  },
  waitForJob: {
    title: 'Wait for the job',
    kind: 'query',
    document: WaitForJobDocument,
    isResult: hasShape<WaitForJobQuery>({ job: isNullOr(isJob) }),
  },
} as const

/** Everything that the page asks the server for. */
export const operations = {
  ...mutationsAndQueries,
  jobUpdated: {
    title: 'Hear of each change',
    kind: 'subscription',
    document: JobUpdatedDocument,
    isResult: hasShape<JobUpdatedSubscription>({ jobUpdated: isJob }),
  },
} as const

/** The text of a document as one would write it. */
export const textOf = (document: { toString(): string }): string =>
  document
    .toString()
    .trim()
    .replace(/\n\s*fragment /g, '\n\nfragment ')
