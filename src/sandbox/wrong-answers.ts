import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { ApiFailure } from './failures.ts'
import type { WrongAnswer } from './faults.ts'
import { sandboxHeader } from './sandbox-header.ts'

/** What a wrong answer may be made of. */
export interface AnswerParts {
  readonly reply: FastifyReply
  /** The body of the right answer; `{}` where no job was made. */
  readonly body: { readonly id?: string }
  readonly nowMs: number
  /** Tells the listener of a request that gets no answer from fastify: 0 for none at all. */
  readonly report: (status: number) => void
}

/**
 * Gives the caller a wrong answer.
 *
 * @returns the reply, sent or taken out of fastify's hands
 * @throws ApiFailure for those that the API words itself
 */
export const giveWrongAnswer = (answer: WrongAnswer, parts: AnswerParts): FastifyReply => {
  const { reply, body, report } = parts
  switch (answer.as) {
    case 'failure':
      throw new ApiFailure(answer.status, answer.message, answer.code)
    case 'throttled':
      if (answer.retryAfter !== 'none') reply.header('retry-after', retryAfter(answer.retryAfter, parts.nowMs))
      throw new ApiFailure(answer.status, answer.status === 429 ? 'Too many requests' : 'Service unavailable')
    case 'html':
      return reply.status(answer.status).type('text/html').send(proxyPage(answer.status))
    case 'empty':
      return reply.status(200).send()
    case 'odd':
      return reply.send({ id: body.id, credits_charged: '5', status: ['what', 'is', 'this'] })
    case 'huge':
      return reply.type('application/json').send(Readable.from(hugeJson(JSON.stringify(body))))
    case 'truncated':
      report(200)
      return sendHalf(reply, JSON.stringify(body))
    case 'reset':
      report(0)
      return reset(reply)
    case 'hang':
      report(0)
      return reply.hijack()
    default:
      return answer satisfies never
  }
}

// Seconds are whole on the wire. The date is a second later, as a client a moment behind would else read it as past.
const retryAfter = (form: 'seconds' | 'date', nowMs: number): string =>
  form === 'seconds' ? '1' : new Date(nowMs + 2_000).toUTCString()

const proxyPage = (status: number): string =>
  `<!doctype html><html><head><title>${status}</title></head><body><h1>${status}</h1><p>A proxy made this page.</p></body></html>`

const hugeBodyMebibytes = 32

// The right answer with a very long field at its end: valid JSON for whoever has the memory.
const hugeJson = function* (json: string): Generator<string> {
  const mebibyte = 'x'.repeat(1024 * 1024)
  yield `${json.slice(0, -1)},"padding":"`
  for (let sent = 0; sent < hugeBodyMebibytes; sent += 1) yield mebibyte
  yield '"}'
}

const sendHalf = (reply: FastifyReply, json: string): FastifyReply => {
  reply.hijack()
  reply.raw.setHeader(...sandboxHeader)
  reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length })
  reply.raw.write(json.slice(0, json.length / 2), () => reply.raw.destroy())
  return reply
}

const reset = (reply: FastifyReply): FastifyReply => {
  reply.hijack()
  reply.request.socket.resetAndDestroy()
  return reply
}
