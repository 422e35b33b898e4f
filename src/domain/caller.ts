import type { Secret } from './secret.ts'

/** Who is calling, and whose Magic Hour account pays for it. */
export interface Caller {
  /** Whose jobs these are: a hash of the caller's own key, or the name of a gateway key. Never a key itself. */
  readonly tenant: string
  /** The Magic Hour API key to call with. */
  readonly apiKey: Secret
  /**
   * Whether the account is the caller's own (its key is passed through). Magic Hour answers for every project of an account,
   * so an account that several tenants share proves nothing about who owns a job.
   */
  readonly ownsAccount: boolean
}
