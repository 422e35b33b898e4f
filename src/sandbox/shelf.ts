/** A map with a bounded number of entries: the oldest leaves first, so that a sandbox left running for weeks stays small. */
export interface Shelf<T> {
  /** Adds or replaces; a replaced entry counts as dropped and the new one as the newest. */
  put: (key: string, item: T) => void
  get: (key: string) => T | undefined
  /** Takes the entry off; it counts as dropped. */
  remove: (key: string) => void
  /** Oldest first. */
  items: () => Iterable<T>
}

/** What a shelf holds at most, and who hears of an entry that leaves it. */
export interface ShelfOptions<T> {
  maxItems: number
  /** Together with `weigh`: the sum that the entries may weigh. */
  maxWeight?: number
  weigh?: (item: T) => number
  onDrop?: (item: T) => void
}

/** An empty shelf. A single entry heavier than `maxWeight` is dropped as soon as it is put. */
export const createShelf = <T>(options: ShelfOptions<T>): Shelf<T> => {
  const { maxItems, maxWeight = Number.POSITIVE_INFINITY, weigh = () => 0, onDrop } = options
  const entries = new Map<string, T>()
  let weight = 0

  const remove = (key: string): void => {
    const item = entries.get(key)
    if (item === undefined) return
    entries.delete(key)
    weight -= weigh(item)
    onDrop?.(item)
  }
  return {
    put: (key, item) => {
      remove(key)
      entries.set(key, item)
      weight += weigh(item)
      for (const oldest of entries.keys()) {
        if (entries.size <= maxItems && weight <= maxWeight) break
        remove(oldest)
      }
    },
    get: (key) => entries.get(key),
    remove,
    items: () => entries.values(),
  }
}
