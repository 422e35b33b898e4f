import { useEffect, useState } from 'preact/hooks'

/** A value that changes, and those who want to know. */
export interface Store<State> {
  get(): State
  /** Takes what has changed. */
  set(change: Partial<State>): void
  /** @returns what ends it */
  subscribe(listener: () => void): () => void
}

/** Makes a store. */
export const createStore = <State extends object>(initial: State): Store<State> => {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    set: (change) => {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** The state of a store; the component is drawn again when it changes. */
export const useStore = <State>(store: Store<State>): State => {
  const [state, setState] = useState(store.get())
  useEffect(() => {
    const look = (): void => setState(store.get())
    look()
    return store.subscribe(look)
  }, [store])
  return state
}
