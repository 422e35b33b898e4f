import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a link is good for: one verb on one path. HEAD counts as GET. */
export type LinkVerb = 'GET' | 'PUT'

/** Makes and checks the signed links of the file storage. */
export interface SignedLinks {
  /**
   * @param verb         what the link allows
   * @param path         without the leading slash
   * @param expiresAtMs  from this moment on it is refused
   * @returns path and query, to be put behind the base address
   */
  sign: (verb: LinkVerb, path: string, expiresAtMs: number) => string
  /** @param target  path and query as they came over the wire, with the leading slash */
  check: (verb: LinkVerb, target: string) => 'valid' | 'expired' | 'forged'
}

/** Links signed with HMAC-SHA256 and a secret that dies with the process, as do the files behind them. */
export const createSignedLinks = (now: () => number): SignedLinks => {
  const secret = randomBytes(32)
  const signature = (verb: LinkVerb, path: string, expires: string): string =>
    createHmac('sha256', secret).update(`${verb}\n${path}\n${expires}`).digest('hex')

  return {
    sign: (verb, path, expiresAtMs) => {
      const expires = String(expiresAtMs)
      return `/${path}?expires=${expires}&signature=${signature(verb, path, expires)}`
    },
    check: (verb, target) => {
      const [path = '', query = ''] = target.slice(1).split('?')
      const parameters = new URLSearchParams(query)
      const expires = parameters.get('expires') ?? ''
      if (!areEqual(signature(verb, path, expires), parameters.get('signature') ?? '')) return 'forged'
      return Number(expires) > now() ? 'valid' : 'expired'
    },
  }
}

const areEqual = (expected: string, given: string): boolean => {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
