import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'
import type { ContentPolicy } from './content-security-policy.ts'

/** helmet's headers for the answers under a policy. Nothing that a request brings changes them, so they are made once. */
export const securityHeaders = (contentSecurityPolicy: ContentPolicy): OutgoingHttpHeaders => {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  const setHeaders = helmet({ contentSecurityPolicy, crossOriginResourcePolicy: { policy: 'cross-origin' } })
  setHeaders(request, response, () => undefined)
  return { ...response.getHeaders() }
}
