import { hash, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../domain/caller.ts'
import { Unauthenticated } from '../domain/errors.ts'
import { Secret } from '../domain/secret.ts'
import { createLastUsed } from './last-used.ts'

/** Who may call, and who pays. */
export interface CallerPolicy {
  /** Names the account of the server's own key in the ledger. */
  readonly account: string
  /** Sets the tenants of one Magic Hour apart from those of another, where both use one ledger. */
  readonly tenantPrefix: string
  /** The server's own Magic Hour key; null: each caller brings theirs. */
  readonly apiKey: Secret | null
  /** The keys that callers of a server with its own Magic Hour key must show. Empty: none are asked for. */
  readonly gatewayKeys: readonly { readonly tenant: string; readonly sha256: string }[]
  /** Whether a caller without any key may spend the server's credits. */
  readonly allowAnonymous: boolean
}

/** Finds out who is calling from the `Authorization` header. Throws Unauthenticated. */
export type Authenticate = (authorization: string | undefined) => Caller

/**
 * Makes the check. Where gateway keys are set, a bearer token must be one of them; where none are, it is the caller's own
 * Magic Hour key and is passed through, so that they pay with it.
 */
export const createAuthenticate = (policy: CallerPolicy): Authenticate => {
  const passThrough = createPassThrough(policy)
  return (authorization) => {
    if (authorization === undefined || authorization === '') return anonymous(policy)
    const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1]
    if (token === undefined) throw new Unauthenticated()
    return policy.gatewayKeys.length > 0 ? gatewayCaller(policy, token) : passThrough(token)
  }
}

const anonymous = ({ account, tenantPrefix, apiKey, allowAnonymous }: CallerPolicy): Caller => {
  if (apiKey === null || !allowAnonymous) throw new Unauthenticated()
  return { tenant: `${tenantPrefix}anonymous`, account, apiKey }
}

/** How many callers with a key of their own are remembered. */
const maxCallers = 1_000

/** The tenant is a hash of the key: the same caller finds their jobs again, and the key itself is written nowhere. */
const createPassThrough = ({ tenantPrefix }: CallerPolicy): ((token: string) => Caller) => {
  // The seal of the links makes keys of its own from each API key that it meets, and from one that it knows it need not.
  const callers = createLastUsed<Caller>(maxCallers)
  return (token) => {
    const tenant = `${tenantPrefix}key:${hash('sha256', token, 'hex')}`
    const known = callers.get(tenant)
    if (known !== undefined) return known
    const caller = { tenant, account: tenant, apiKey: new Secret(token) }
    callers.set(tenant, caller)
    return caller
  }
}

const gatewayCaller = ({ account, tenantPrefix, apiKey, gatewayKeys }: CallerPolicy, token: string): Caller => {
  const shown = hash('sha256', token, 'buffer')
  // Every key is compared, in constant time, so that the time tells nothing about which one was near.
  const matches = gatewayKeys.filter((key) => timingSafeEqual(Buffer.from(key.sha256, 'hex'), shown))
  const match = matches.at(0)
  if (match === undefined || apiKey === null) throw new Unauthenticated('This key is not accepted.')
  return { tenant: `${tenantPrefix}gateway:${match.tenant}`, account, apiKey }
}
