/** What is kept for a tab: the part of `Storage` that the page uses. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** The tab's `sessionStorage`; where the browser denies it, a memory that lasts until the page is loaded again. */
export const openTabStorage = (): TabStorage => {
  try {
    return sessionStorage
  } catch {
    const kept = new Map<string, string>()
    return {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    }
  }
}
