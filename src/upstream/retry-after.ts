/**
 * Reads a `Retry-After` header, in seconds or as a date (RFC 9110, 10.2.3).
 *
 * @returns milliseconds from now, at least 0; null when there is none or it cannot be read
 */
export const retryAfterMs = (header: string | readonly string[] | undefined, nowMs: number): number | null => {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
