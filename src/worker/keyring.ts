import type { Keyring } from '../domain/ports.ts'
import type { Secret } from '../domain/secret.ts'

interface Held {
  readonly key: Secret
  holders: number
}

/** Makes a keyring. `own` is never given up. */
export const createKeyring = (own: { readonly account: string; readonly key: Secret } | null): Keyring => {
  const held = new Map<string, Held>()
  if (own !== null) held.set(own.account, { key: own.key, holders: 1 })
  return {
    keyOf: (account) => held.get(account)?.key ?? null,
    accounts: () => [...held.keys()],
    hold: (account, key) => {
      const entry = held.get(account) ?? { key, holders: 0 }
      held.set(account, entry)
      entry.holders += 1
      let isHeld = true
      return () => {
        // Let go of twice it would be somebody else's, in the end the server's own.
        if (!isHeld) return
        isHeld = false
        entry.holders -= 1
        if (entry.holders === 0) held.delete(account)
      }
    },
  }
}
