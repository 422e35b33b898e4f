import type { Account } from './accounts.ts'
import { ApiFailure } from './failures.ts'
import { faultPrefix, faults } from './faults.ts'
import type { Fault } from './faults.ts'
import { createShelf } from './shelf.ts'

/**
 * Which fault a project's name asks for.
 *
 * @returns null when it asks for none, or when a `-once` fault with exactly this name struck this account's last request
 * @throws ApiFailure 422, naming the known faults, for a name with the prefix that is none of them
 */
export type ChooseFault = (account: Account, name: string | undefined) => Fault | null

/** A chooser that remembers which `-once` names have struck. */
export const createFaultChooser = (): ChooseFault => {
  const struck = createShelf<true>({ maxItems: 1_000 })
  return (account, name) => {
    if (name === undefined || !name.startsWith(faultPrefix)) return null
    const fault = knownFault(name)
    if (fault.at !== 'request' || !fault.once) return fault
    const key = `${account.id} ${name}`
    if (struck.get(key) === undefined) {
      struck.put(key, true)
      return fault
    }
    // Forgotten again, so that the third request fails like the first: a name can be used for a second try-out.
    struck.remove(key)
    return null
  }
}

const knownFault = (name: string): Fault => {
  const [word = ''] = name.slice(faultPrefix.length).split(' ')
  const fault = faults.get(word)
  if (fault !== undefined) return fault
  const known = [...faults.keys()].map((known) => `${faultPrefix}${known}`).join(', ')
  throw new ApiFailure(422, `'${faultPrefix}${word}' is no fault of the sandbox. Known are ${known}`)
}
