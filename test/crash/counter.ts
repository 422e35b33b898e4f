/** Counts what happens, and tells those who wait for it. */
export interface Counter {
  add(): void
  /** Resolves once it has happened so many times from now on. */
  more(times: number): Promise<void>
}

/** Makes a counter. */
export const createCounter = (): Counter => {
  const watchers = new Set<() => void>()
  let count = 0
  return {
    add: () => {
      count += 1
      for (const look of watchers) look()
    },
    more: (times) => {
      const goal = count + times
      return new Promise((resolve) => {
        const look = (): void => {
          if (count < goal) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      })
    },
  }
}
