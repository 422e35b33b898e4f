import { lookup as resolve } from 'node:dns'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import type { Dispatcher } from 'undici'
import { RenderFailure } from './failures.ts'

/** The bounds of one fetch. */
export interface SafeFetchOptions {
  /** Which addresses may be connected to: `isPublicAddress` unless set aside on purpose. */
  isAllowed: (address: string) => boolean
  maxBytes: number
  /** For all of it: names, connections, redirects and bodies. */
  timeoutMs: number
  /** Gives up when the sandbox stops. */
  signal: AbortSignal
}

/**
 * Fetches a URL that a stranger named, without becoming a way into the network that this program runs in.
 *
 * The addresses are checked inside the connection's own name look-up, so that the address checked is the address connected
 * to; a check beforehand could be fooled by a name that resolves differently the second time. Up to 3 redirects are followed,
 * each under the same rules.
 *
 * @returns the body, at most `maxBytes`
 * @throws RenderFailure `invalid_parameters` (not reachable, not public, not 200, too slow) or `file_too_large`
 */
export const safeFetch = async (url: URL, options: SafeFetchOptions): Promise<Buffer> => {
  const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), options.signal])
  const agent = new Agent({ connect: { lookup: onlyAllowed(options.isAllowed) }, connectTimeout: options.timeoutMs })
  try {
    const body = await follow(url, (hop) => {
      refuseUnsafeTarget(hop, options.isAllowed)
      return request(hop, { dispatcher: agent, signal, headers: requestHeaders })
    })
    return await readBounded(body, options.maxBytes)
  } catch (error) {
    throw asRenderFailure(error)
  } finally {
    // Destroyed, not closed: a body that nobody reads to its end would keep a close waiting.
    await agent.destroy()
  }
}

const maxRedirects = 3
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const requestHeaders = {
  accept: 'image/*',
  'accept-encoding': 'identity',
  'user-agent': 'magic-hour-graphql-sandbox',
}

const follow = async (
  start: URL,
  get: (url: URL) => Promise<Dispatcher.ResponseData>,
): Promise<Dispatcher.ResponseData> => {
  let url = start
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await get(url)
    if (response.statusCode === 200) return response
    const location = response.headers['location']
    if (!redirectStatuses.has(response.statusCode) || typeof location !== 'string') {
      throw new RenderFailure('invalid_parameters', `The image URL answered with status ${response.statusCode}.`)
    }
    url = new URL(location, url)
  }
  throw new RenderFailure('invalid_parameters', `The image URL redirects more than ${maxRedirects} times.`)
}

// A literal address in the host is connected to without any look-up, so it is checked here.
const refuseUnsafeTarget = (url: URL, isAllowed: (address: string) => boolean): void => {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
  if (!isWeb || (isIP(host) !== 0 && !isAllowed(host))) throw notPublic()
}

const onlyAllowed =
  (isAllowed: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      // One unsafe address among safe ones is refused too: which of them is tried first is not ours to choose.
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) return callback(notPublic(), [])
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }

const readBounded = async ({ headers, body }: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> => {
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const notPublic = (): RenderFailure =>
  new RenderFailure('invalid_parameters', 'The image URL does not lead to a public http or https address.')

const tooLarge = (maxBytes: number): RenderFailure =>
  new RenderFailure('file_too_large', `The image URL holds more than ${maxBytes} bytes.`)

// What else the network said stays inside: its words would tell a stranger about hosts and ports.
const asRenderFailure = (error: unknown): RenderFailure => {
  if (error instanceof RenderFailure) return error
  const isTimeout = error instanceof Error && error.name === 'TimeoutError'
  const reason = isTimeout ? 'took too long to answer' : 'could not be fetched'
  return new RenderFailure('invalid_parameters', `The image URL ${reason}.`, { cause: error })
}
