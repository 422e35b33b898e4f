import { UsageError } from './failures.ts'

/**
 * The GraphQL endpoint somebody means by a server's address. Without a path it is the usual one, `/graphql`.
 *
 * @throws UsageError when it is no http(s) URL, or has a password in it (it would end up in logs)
 */
export const serverUrlOf = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--server: give an http(s) URL, for example http://localhost:4000 (not «${text}»).`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--server: give the key with --key-file, not in the URL.')
  }
  if (url.pathname === '/') url.pathname = '/graphql'
  return url
}

/** Whether what is sent there can be read on the way: not encrypted, and not on this machine. */
export const isReadableOnTheWay = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
