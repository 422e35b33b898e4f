/** Keeps the values that were used last. */
export interface LastUsed<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
}

/** @param max how many; the one that was used longest ago goes first */
export const createLastUsed = <V>(max: number): LastUsed<V> => {
  // A map hands out its entries in the order of their insertion.
  const kept = new Map<string, V>()
  const set = (key: string, value: V): void => {
    kept.delete(key)
    kept.set(key, value)
    for (const oldest of kept.keys()) {
      if (kept.size <= max) break
      kept.delete(oldest)
    }
  }
  return {
    get: (key) => {
      const value = kept.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
  }
}
