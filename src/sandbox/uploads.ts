import type { Account } from './accounts.ts'
import { createShelf } from './shelf.ts'

/** Which upload paths were given to whom. */
export interface Uploads {
  /** A new `file_path` for the account. */
  issue: (account: Account, extension: string) => string
  wasIssuedTo: (account: Account, path: string) => boolean
}

/** No uploads yet. */
export const createUploads = (options: { maxUploads: number; newId: () => string }): Uploads => {
  const owners = createShelf<string>({ maxItems: options.maxUploads })
  return {
    issue: (account, extension) => {
      const path = `api-assets/${account.id}/${options.newId()}.${extension}`
      owners.put(path, account.id)
      return path
    },
    wasIssuedTo: (account, path) => owners.get(path) === account.id,
  }
}
