import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import { useStore } from '../state/store.ts'

/** Hands the actions to all components; null outside of the page. */
export const SessionContext = createContext<Actions | null>(null)

/** What the page shows, and what can be done. */
export const useSession = (): { readonly state: State; readonly actions: Actions } => {
  const actions = useContext(SessionContext)
  if (actions === null) throw new TypeError('This component is drawn outside of the page.')
  return { state: useStore(actions.store), actions }
}
