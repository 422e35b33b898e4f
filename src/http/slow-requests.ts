import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { errorBody } from './refuse.ts'

/** Where relayed uploads go. They may take as long as they come on. */
export const uploadsPath = '/uploads'

/**
 * Bounds the time that a request's body may take, for all but uploads. Node has one bound for a whole server, and to that a
 * large file on a slow line is an attack.
 *
 * @param timeoutMs from when the headers have come
 */
export const limitSlowRequests = (server: Server, timeoutMs: number): void => {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isUpload(request)) return
    const timer = setInterval(() => {
      // One that is answered for hours, as an event stream is, came whole long ago.
      if (request.complete) return clearInterval(timer)
      // Of requests that came one behind the other, an earlier one is to be answered on this connection first: it may be paid.
      const isBehind = response.socket === null && !response.writableEnded
      return isBehind ? undefined : cut(request, response)
    }, timeoutMs)
    timer.unref()
    request.once('close', () => clearInterval(timer))
  })
}

const isUpload = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'PUT' && url.split('?', 1)[0] === uploadsPath

const cut = ({ socket }: IncomingMessage, { headersSent }: ServerResponse): void => {
  if (!headersSent) socket.write(tooSlow)
  socket.destroySoon()
}

const body = JSON.stringify(errorBody('BAD_REQUEST', 'The request took too long to come.'))
const tooSlow = [
  'HTTP/1.1 408 Request Timeout',
  'content-type: application/json; charset=utf-8',
  `content-length: ${Buffer.byteLength(body)}`,
  'connection: close',
  '',
  body,
].join('\r\n')
