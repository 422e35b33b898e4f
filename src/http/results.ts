import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../domain/caller.ts'
import { DomainError } from '../domain/errors.ts'
import type { Job } from '../domain/job.ts'
import type { ReadDownloads } from '../domain/read-downloads.ts'
import { errorBody, refuseWith } from './refuse.ts'
import { type FetchFile, streamResult } from './result-stream.ts'

/** Who may have a result, as the app finds out, and how it is fetched. */
export interface ResultAccess {
  /** The job and who may open its links; null: there is none, or it is not theirs. Throws Unauthenticated. */
  readonly find: (
    request: ResultRequest,
  ) => Promise<{ readonly job: Job; readonly caller: Pick<Caller, 'apiKey'> } | null>
  readonly readDownloads: ReadDownloads
  readonly fetch: FetchFile
  /** How long a client may take no byte of an image, in milliseconds. Default: 30 000. */
  readonly idleMs?: number
}

/** What a request for a result brings. */
export interface ResultRequest {
  readonly jobId: string
  /** null: none was given. */
  readonly signature: string | null
  readonly authorization: string | undefined
}

interface ResultRoute {
  Params: { id: string; n: string }
  Querystring: Record<string, unknown>
}

/**
 * `/results/<job id>/<n>`: leads to a link that works at this moment; `n` counts from 0. With `inline` in the query, the image
 * itself comes from here. The link is sent to nobody but the one who asks, and neither it nor the signature gets into the log,
 * which has paths alone.
 */
export const registerResults = (app: FastifyInstance, access: ResultAccess): void => {
  app.route<ResultRoute>({
    method: ['GET', 'HEAD'],
    url: '/results/:id/:n',
    handler: async (request, reply) => {
      reply.header('cache-control', 'private, no-store').header('referrer-policy', 'no-referrer')
      try {
        return await answer(access, request, reply)
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        return refuseWith(reply, error)
      }
    },
  })
}

const answer = async (
  { find, readDownloads, fetch, idleMs = 30_000 }: ResultAccess,
  request: FastifyRequest<ResultRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { id, n } = request.params
  const { signature, inline } = request.query
  const found = await find({
    jobId: id,
    signature: typeof signature === 'string' ? signature : null,
    authorization: request.headers.authorization,
  })
  if (found === null)
    return reply.code(404).send(errorBody('NOT_FOUND', 'There is no such result, or it is not yours.'))
  const { job, caller } = found
  const index = /^\d{1,3}$/.test(n) ? Number(n) : -1
  const linkOf = async (isAnew: boolean): Promise<string | null> =>
    (await readDownloads(caller, job, isAnew))?.[index]?.url ?? null
  if (inline !== undefined) {
    if (await streamResult(reply, { job, index, linkOf, fetch, idleMs })) return reply
  } else {
    const link = await linkOf(false)
    if (link !== null) return reply.redirect(link, 302)
  }
  return reply.code(404).send(errorBody('NOT_FOUND', wordsFor(job)))
}

const wordsFor = (job: Job): string => {
  if (job.deleted) return 'The result was deleted.'
  return job.status === 'COMPLETE' ? 'The job has no such result.' : `The job is ${job.status}: there is no result.`
}
