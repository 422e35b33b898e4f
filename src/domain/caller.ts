import type { Secret } from './secret.ts'

/** Who is calling, and whose Magic Hour account pays for it. */
export interface Caller {
  /** Whose jobs these are: a hash of the caller's own key, or the name of a gateway key. Never a key itself. */
  readonly tenant: string
  /** Which Magic Hour account pays: the tenant itself where its own key is passed through, else the server's. */
  readonly account: string
  /** The Magic Hour API key to call with. */
  readonly apiKey: Secret
}

/**
 * Whether the account is the caller's own. Magic Hour answers for every project of an account, so an account that several
 * tenants share proves nothing about who owns a job.
 */
export const ownsAccount = ({ tenant, account }: Pick<Caller, 'tenant' | 'account'>): boolean => tenant === account
