/**
 * One order of a shop: from a photo to its cut-out, paid once however often this is run.
 *
 *   node remove-background.ts <order id> <photo> <output.png>
 *
 * SERVER  the GraphQL endpoint, http://localhost:4000/graphql by default
 * KEY     a Magic Hour or gateway key; the sandbox needs none
 */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { ClientError, GraphQLClient, gql } from 'graphql-request'
import { rememberUpload } from './remember-upload.ts'

const { SERVER = 'http://localhost:4000/graphql', KEY } = process.env
const client = new GraphQLClient(SERVER, { headers: KEY === undefined ? {} : { authorization: `Bearer ${KEY}` } })

interface Job {
  readonly id: string
  readonly status: 'DRAFT' | 'QUEUED' | 'RENDERING' | 'COMPLETE' | 'ERROR' | 'CANCELED'
  readonly downloads: readonly { readonly url: string }[] | null
  readonly error: { readonly message: string } | null
}

const createUploadTicket = gql`
  mutation CreateUploads($extension: String!) {
    createUploads(files: [{ extension: $extension }]) {
      filePath
      uploadUrl
    }
  }
`

const removeBackground = gql`
  mutation RemoveBackground($filePath: String!, $idempotencyKey: String!) {
    job: removeBackground(assets: { imageFilePath: $filePath }, idempotencyKey: $idempotencyKey, waitForSeconds: 30) {
      id
      status
      downloads {
        url
      }
      error {
        message
      }
    }
  }
`

const readJob = gql`
  query Job($id: ID!) {
    job(id: $id, waitForSeconds: 60) {
      id
      status
      downloads {
        url
      }
      error {
        message
      }
    }
  }
`

/** Asks up to five times. The idempotency key makes that safe for `removeBackground` too: what was paid is not paid again. */
const ask = async <Data extends object>(document: string, variables: object, attempt = 1): Promise<Data> => {
  try {
    return await client.request<Data>(document, variables)
  } catch (error) {
    const waitMs = attempt < 5 ? waitBeforeRetryMs(error, attempt) : null
    if (waitMs === null) throw error
    await setTimeout(waitMs)
    return ask(document, variables, attempt + 1)
  }
}

/** Goes by `extensions`, never by the message. null: asking again does not help, or is for a person to decide. */
const waitBeforeRetryMs = (error: unknown, attempt: number): number | null => {
  const backOffMs = 250 * 2 ** attempt
  // No answer came.
  if (!(error instanceof ClientError)) return backOffMs
  const { retryable, retryAfterSeconds } = error.response.errors?.[0]?.extensions ?? {}
  if (retryable !== true) return null
  return typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1_000 : backOffMs
}

/** Uploads a photo straight to Magic Hour's storage. The link is signed: no key goes along. */
const upload = async (photo: string): Promise<string> => {
  const extension = photo.split('.').at(-1) ?? ''
  type Answer = { readonly createUploads: readonly { readonly filePath: string; readonly uploadUrl: string }[] }
  const [ticket] = (await ask<Answer>(createUploadTicket, { extension })).createUploads
  if (ticket === undefined) throw new Error('There is no place to upload to.')
  const { ok, status } = await fetch(ticket.uploadUrl, { method: 'PUT', body: await readFile(photo) })
  if (!ok) throw new Error(`The upload was answered with ${status}.`)
  return ticket.filePath
}

/** Resolves to the job once it is final. */
const cutOut = async (orderId: string, filePath: string): Promise<Job> => {
  let { job } = await ask<{ job: Job | null }>(removeBackground, { filePath, idempotencyKey: `order-${orderId}` })
  while (job !== null && ['DRAFT', 'QUEUED', 'RENDERING'].includes(job.status))
    ({ job } = await ask<{ job: Job | null }>(readJob, { id: job.id }))
  if (job === null) throw new Error('There is no such job.')
  return job
}

/** Says what a request that failed means for the money. */
const explain = (error: unknown): string => {
  const failed = error instanceof ClientError ? error.response.errors?.[0] : undefined
  if (failed === undefined) return `${String(error)}\nRun this again: the order has one key, and is paid once.`
  const { code, charged, submissionName } = failed.extensions
  if (code !== 'SUBMISSION_UNKNOWN') return `${String(code)}: ${failed.message} (charged: ${String(charged)})`
  return `It may have been paid. Look for «${String(submissionName)}» in Magic Hour's web app, then settle it by resolveSubmission or abandonSubmission.`
}

const [orderId, photo, output] = process.argv.slice(2)
if (orderId === undefined || photo === undefined || output === undefined) {
  console.error('usage: node remove-background.ts <order id> <photo> <output.png>')
  process.exit(2)
}

try {
  // One key stands for one photo, so the path is kept with the order before anything is paid.
  const filePath = await rememberUpload(`order-${orderId}.upload`, () => upload(photo))
  const { id, status, downloads, error } = await cutOut(orderId, filePath)
  const link = downloads?.[0]?.url
  if (link === undefined) throw new Error(`${status}: ${error?.message ?? 'there is no picture'}`)
  await writeFile(output, Buffer.from(await (await fetch(link)).arrayBuffer()))
  console.log(`${id} ${output}`)
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
