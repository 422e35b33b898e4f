import type { FastifyRequest } from 'fastify'

/**
 * Whether a page may open a WebSocket: browsers do not apply CORS to one, they only say where the page is from.
 * A client without an `Origin` is no browser.
 *
 * @param origins those that CORS allows, `*` for any, and this server's own where it has a public one
 */
export const isAllowedOrigin = ({ host, headers: { origin } }: FastifyRequest, origins: readonly string[]): boolean =>
  origin === undefined || origins.includes('*') || origins.includes(origin) || hostOf(origin) === host

/** null: the origin is opaque, as that of a page in a sandboxed frame. */
const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null)

/**
 * Where a client has reached this server, as far as its `Host` header says, for example `http://localhost:4000`. Behind a proxy
 * that is not the whole truth, and `PUBLIC_URL` says it.
 *
 * @returns null: the header is no name of a host
 */
export const originOf = ({ host }: Pick<FastifyRequest, 'host'>): string | null => {
  const url = URL.parse(`http://${host}`)
  // More than a host is not taken apart: `user@elsewhere` would become another one.
  const isHost = url !== null && /^[^\s/?#@\\]+$/.test(host)
  return isHost ? url.origin : null
}
