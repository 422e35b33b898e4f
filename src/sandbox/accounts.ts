import { createHash } from 'node:crypto'
import { ApiFailure } from './failures.ts'
import { createShelf } from './shelf.ts'

/** One account of the stand-in: there is one for each API key that was ever sent. */
export interface Account {
  readonly id: string
  credits: number
}

/** The accounts, by key. */
export interface Accounts {
  /**
   * The account of the caller; a key seen for the first time opens one.
   *
   * @param authorization  the request's Authorization header
   * @throws ApiFailure 401 when it holds no bearer key of at most 512 characters
   */
  authenticate: (authorization: string | undefined) => Account
}

/** No accounts yet; each that is opened starts with `credits`. Of a key only its hash is kept. */
export const createAccounts = (options: { credits: number; maxAccounts: number; newId: () => string }): Accounts => {
  const accounts = createShelf<Account>({ maxItems: options.maxAccounts })
  return {
    authenticate: (authorization) => {
      const key = /^Bearer +(\S{1,512})$/i.exec(authorization ?? '')?.[1]
      if (key === undefined) throw new ApiFailure(401, 'Unauthorized')
      const hash = createHash('sha256').update(key).digest('hex')
      const account = accounts.get(hash) ?? { id: options.newId(), credits: options.credits }
      // Put back as the newest, so that an account in use is not the one forgotten.
      accounts.put(hash, account)
      return account
    },
  }
}
