import type { Storage as GraphiqlStorage } from '@graphiql/toolkit'

/** GraphiQL's history writes the headers of each operation here, whether headers are to be kept or not. */
const histories = new Set(['graphiql:queries', 'graphiql:favorites'])

/** What GraphiQL keeps in the browser, without headers: a key must be gone when the page is closed. */
export const storageWithoutHeaders = (storage: Storage): GraphiqlStorage => ({
  getItem: (name) => storage.getItem(name),
  setItem: (name, value) => storage.setItem(name, histories.has(name) ? withoutHeaders(value) : value),
  removeItem: (name) => storage.removeItem(name),
  clear: () => {
    // The page at `/` shares the storage.
    for (const name of Object.keys(storage)) if (name.startsWith('graphiql:')) storage.removeItem(name)
  },
  get length() {
    return storage.length
  },
})

const withoutHeaders = (json: string): string =>
  JSON.stringify(JSON.parse(json), (name, value: unknown) => (name === 'headers' ? undefined : value))
