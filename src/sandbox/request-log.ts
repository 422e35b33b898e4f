import type { FastifyRequest } from 'fastify'

/** One request that was answered, or that a fault left without an answer. */
export interface RequestLine {
  method: string
  /** Without the query, which holds the signature of a signed link. */
  path: string
  /** 0 where no answer was given. */
  status: number
  /** From the request's head to the moment its answer left; sending a file takes longer. */
  durationMs: number
}

/** Tells a listener of each request before its answer leaves: whoever has read an answer can rely on its being counted. */
export interface RequestLog {
  begin: (request: FastifyRequest) => void
  end: (request: FastifyRequest, status: number) => void
}

/** A log for one listener. */
export const createRequestLog = (listener: (line: RequestLine) => void): RequestLog => {
  const startedAtMs = new WeakMap<FastifyRequest, number>()
  return {
    begin: (request) => {
      startedAtMs.set(request, performance.now())
    },
    end: (request, status) => {
      const [path = ''] = request.url.split('?')
      const nowMs = performance.now()
      listener({ method: request.method, path, status, durationMs: nowMs - (startedAtMs.get(request) ?? nowMs) })
    },
  }
}
