/** Keeps the values that were used last. */
export interface LastUsed<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
}

/**
 * Two generations, of which the older one is dropped when the newer one is full. Nothing is moved for each use: a map whose entries
 * come and go makes itself anew all the time, and what it was before is collected late.
 *
 * @param max how many at most; the half of them that was used last is there for sure
 */
export const createLastUsed = <V>(max: number): LastUsed<V> => {
  let newer = new Map<string, V>()
  let older = new Map<string, V>()
  const set = (key: string, value: V): void => {
    newer.set(key, value)
    if (newer.size * 2 < max) return
    older = newer
    newer = new Map()
  }
  return {
    get: (key) => {
      const value = newer.get(key)
      if (value !== undefined) return value
      const rare = older.get(key)
      if (rare !== undefined) set(key, rare)
      return rare
    },
    set,
  }
}
