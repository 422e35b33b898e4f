import type { TabStorage } from './tab-storage.ts'

/** The key of whoever uses the page. It is kept in this tab alone, until the tab is closed or the key is forgotten. */
export interface KeyStore {
  /** null: none was given. */
  read(): string | null
  keep(key: string): void
  forget(): void
  /** Names the time under one key, without telling anything of it: what was begun under one key is never sent under another. */
  epoch(): string
}

const keyName = 'magic-hour-graphql:key'
const epochName = 'magic-hour-graphql:key-epoch'

/** Makes the store over what is kept for the tab. */
export const createKeyStore = (storage: TabStorage): KeyStore => ({
  read: () => storage.getItem(keyName),
  keep: (key) => {
    // The same key given again is no other one: what waits for it goes on.
    if (storage.getItem(keyName) !== key) storage.setItem(epochName, randomId())
    storage.setItem(keyName, key)
  },
  forget: () => {
    storage.removeItem(keyName)
    storage.setItem(epochName, randomId())
  },
  epoch: () => storage.getItem(epochName) ?? 'first',
})

/** Whether a text can be sent as a key: a header takes no other letters. */
export const isKey = (text: string): boolean => /^[\x21-\x7e]+$/.test(text)

/** 128 random bits as text. `crypto.randomUUID` is not there on a page that was opened by plain http from another machine. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
