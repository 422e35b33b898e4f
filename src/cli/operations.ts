import { z } from 'zod'
import type { GraphQLClient } from './graphql-client.ts'

/** Where one file goes. */
export interface UploadTicket {
  readonly filePath: string
  /** Signed: a secret. */
  readonly uploadUrl: string
}

/** A job as far as this command needs it. */
export interface RemovalJob {
  readonly id: string
  /** A schema's `JobStatus`; a later version may know more of them. */
  readonly status: string
  readonly creditsCharged: number | null
  readonly deleted: boolean
  /** null: the server did not say. */
  readonly createdAt: Date | null
  readonly downloads: readonly { readonly url: string }[] | null
  readonly error: { readonly code: string; readonly message: string } | null
}

/** Arguments of `removeBackground`. */
export interface RemovalRequest {
  readonly assets: { readonly imageFilePath: string; readonly backgroundImageFilePath: string | null }
  readonly name: string | null
  readonly idempotencyKey: string
}

/** The operations of the GraphQL API that the main job needs. Failures are those of the client. */
export interface RemovalApi {
  /** One ticket a file, in the order asked. */
  createUploads(extensions: readonly string[], signal: AbortSignal): Promise<readonly UploadTicket[] | null>
  /** Charges. Never given up half way, since its answer holds the id of what was paid: it takes no signal. */
  removeBackground(request: RemovalRequest): Promise<RemovalJob | null>
  /** Answers when the job is final, or after so many seconds; null: the server does not know the job. */
  job(id: string, waitForSeconds: number, signal: AbortSignal): Promise<RemovalJob | null>
}

/** Makes the operations from a client. */
export const createRemovalApi = (client: GraphQLClient): RemovalApi => ({
  createUploads: (extensions, signal) =>
    client.send(
      {
        document: createUploadsDocument,
        variables: { files: extensions.map((extension) => ({ extension })) },
        data: createUploadsData.refine((tickets) => tickets === null || tickets.length === extensions.length),
      },
      signal,
    ),
  removeBackground: (request) =>
    client.send({ document: removeBackgroundDocument, variables: { ...request }, data: removeBackgroundData }),
  job: (id, waitForSeconds, signal) =>
    client.send({ document: jobDocument, variables: { id, waitForSeconds }, data: jobData }, signal),
})

const createUploadsDocument = `mutation CreateUploads($files: [UploadFileInput!]!) {
  createUploads(files: $files) { filePath uploadUrl }
}`

// Without `waitForSeconds`: the answer holds the id of what was paid, and nothing may come between the two.
const removeBackgroundDocument = `mutation RemoveBackground(
  $assets: RemoveBackgroundAssetsInput!
  $name: String
  $idempotencyKey: String!
) {
  removeBackground(assets: $assets, name: $name, idempotencyKey: $idempotencyKey) {
    id status creditsCharged deleted createdAt downloads { url } error { code message }
  }
}`

const jobDocument = `query Job($id: ID!, $waitForSeconds: Int!) {
  job(id: $id, waitForSeconds: $waitForSeconds) {
    id status creditsCharged deleted createdAt downloads { url } error { code message }
  }
}`

const httpUrl = z.url({ protocol: /^https?$/ })

const createUploadsData = z
  .object({ createUploads: z.array(z.object({ filePath: z.string(), uploadUrl: httpUrl })).nullable() })
  .transform((data) => data.createUploads)

// A job with an id is a paid one: whatever else is odd in the answer, the id is kept.
const job = z.object({
  id: z.string().min(1),
  status: z.string().catch('QUEUED'),
  creditsCharged: z.number().nullable().catch(null),
  deleted: z.boolean().catch(false),
  createdAt: z.coerce.date().nullable().catch(null),
  downloads: z
    .array(z.object({ url: httpUrl }))
    .nullable()
    .catch(null),
  error: z.object({ code: z.string(), message: z.string() }).nullable().catch(null),
})

const removeBackgroundData = z.object({ removeBackground: job.nullable() }).transform((data) => data.removeBackground)

const jobData = z.object({ job: job.nullable() }).transform((data) => data.job)
