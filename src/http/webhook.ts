import type { FastifyInstance } from 'fastify'
import type { UpstreamState } from '../domain/ports.ts'
import type { HttpLog } from './server.ts'
import { errorBody, refuse } from './refuse.ts'

interface WebhookRouteOptions {
  readonly log: HttpLog
  /** Checks and reads a delivery. */
  readonly read: (delivery: {
    readonly body: Buffer
    readonly signature: string | undefined
    readonly timestamp: string | undefined
  }) =>
    | { readonly kind: 'forged' | 'passed-over' }
    | { readonly kind: 'news'; readonly state: UpstreamState; readonly isStale: boolean }
  /** Records what Magic Hour says; resolves once it is on disk. */
  readonly receive: (state: UpstreamState) => Promise<string>
  /** Has Magic Hour asked about a project whose event is too old to be believed. It is not waited for. */
  readonly askAgain: (projectId: string) => void
}

/** An event is a few kilobytes: a job with its links. */
const bodyLimitBytes = 65_536

/**
 * `/webhooks/magic-hour`: what Magic Hour says by itself.
 *
 * Answered 2xx once it is on disk, also where it is about somebody else's project; anything else makes Magic Hour send it again
 * for a day. It is registered only where there is a secret to check with.
 */
export const registerWebhook = (app: FastifyInstance, { log, read, receive, askAgain }: WebhookRouteOptions): void => {
  void app.register(async (scope) => {
    // The signature is over the bytes as they came; no content type is promised.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, done) =>
      done(null, body),
    )
    scope.post('/webhooks/magic-hour', { bodyLimit: bodyLimitBytes }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const news = read({
        body,
        signature: headerOf(request.headers['magic-hour-event-signature']),
        timestamp: headerOf(request.headers['magic-hour-event-timestamp']),
      })
      if (news.kind !== 'news') {
        return news.kind === 'forged'
          ? refuse(reply, { statusCode: 401, message: 'The signature is wrong.' })
          : reply.send({ outcome: 'PASSED_OVER' })
      }
      if (news.isStale) {
        askAgain(news.state.id)
        return reply.code(202).send({ outcome: 'ASKED_AGAIN' })
      }
      try {
        const outcome = await receive(news.state)
        log.info({ requestId: request.id, projectId: news.state.id, outcome }, 'event')
        return await reply.send({ outcome })
      } catch (error) {
        log.error({ requestId: request.id, err: error }, 'an event could not be recorded; Magic Hour sends it again')
        return reply.code(503).send(errorBody('LEDGER_UNAVAILABLE'))
      }
    })
  })
}

const headerOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined
