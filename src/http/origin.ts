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
