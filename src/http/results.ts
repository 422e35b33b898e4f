import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../domain/caller.ts'
import { DomainError } from '../domain/errors.ts'
import type { Job } from '../domain/job.ts'
import type { OpenDownload } from '../domain/read-downloads.ts'
import { errorCatalogue } from '../graphql/error-catalogue.ts'
import type { ErrorCode } from '../graphql/generated/resolvers.ts'
import { errorBody } from './refuse.ts'

/** Who may have a result, as the app finds out. */
export interface ResultAccess {
  /** The job and who may open its links; null: there is none, or it is not theirs. Throws Unauthenticated. */
  find(request: ResultRequest): Promise<{ readonly job: Job; readonly caller: Pick<Caller, 'apiKey'> } | null>
  readDownloads(caller: Pick<Caller, 'apiKey'>, job: Job): Promise<OpenDownload[] | null>
}

/** What a request for a result brings. */
export interface ResultRequest {
  readonly jobId: string
  /** null: none was given. */
  readonly signature: string | null
  readonly authorization: string | undefined
}

/**
 * `/results/<job id>/<n>`: leads to a link that works at this moment; `n` counts from 0. The link itself is sent to nobody but
 * the one who asks, and neither it nor the signature gets into the log, which has paths alone.
 */
export const registerResults = (app: FastifyInstance, access: ResultAccess): void => {
  app.get<{ Params: { id: string; n: string }; Querystring: Record<string, unknown> }>(
    '/results/:id/:n',
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store').header('referrer-policy', 'no-referrer')
      try {
        return await lead(access, request, reply)
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        if (error.retryAfterSeconds !== null) reply.header('retry-after', String(error.retryAfterSeconds))
        return reply
          .code(statusOf(error.code))
          .send(errorBody(error.code, error.message === '' ? undefined : error.message))
      }
    },
  )
}

const lead = async (
  access: ResultAccess,
  request: FastifyRequest<{ Params: { id: string; n: string }; Querystring: Record<string, unknown> }>,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { id, n } = request.params
  const { signature } = request.query
  const found = await access.find({
    jobId: id,
    signature: typeof signature === 'string' ? signature : null,
    authorization: request.headers.authorization,
  })
  if (found === null)
    return reply.code(404).send(errorBody('NOT_FOUND', 'There is no such result, or it is not yours.'))
  const downloads = await access.readDownloads(found.caller, found.job)
  const download = /^\d{1,3}$/.test(n) ? downloads?.[Number(n)] : undefined
  if (download === undefined) return reply.code(404).send(errorBody('NOT_FOUND', wordsFor(found.job)))
  return reply.redirect(download.url, 302)
}

const wordsFor = (job: Job): string => {
  if (job.deleted) return 'The result was deleted.'
  return job.status === 'COMPLETE' ? 'The job has no such result.' : `The job is ${job.status}: there is no result.`
}

const statuses: Partial<Record<ErrorCode, number>> = {
  // The id in the path can be nobody's.
  BAD_USER_INPUT: 404,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 503,
  UPSTREAM_UNAVAILABLE: 503,
  LEDGER_UNAVAILABLE: 503,
}

const statusOf = (code: ErrorCode): number => statuses[code] ?? (errorCatalogue[code].retryable ? 503 : 502)
